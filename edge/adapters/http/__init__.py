"""Pages, JSON routes and live streams of the office."""
