"""Pure rules of the office; stdlib only, time and ids come in as arguments."""
