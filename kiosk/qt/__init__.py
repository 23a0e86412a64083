"""Qt windows over the presenters."""
