"""The whole office on one machine, with scripted citizens and agents."""
