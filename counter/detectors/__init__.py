"""Who is in a frame."""
