"""The chime and the voice of a display."""
