"""What a screen says, without Qt."""
