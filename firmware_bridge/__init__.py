"""Every device of the office behind one model."""
