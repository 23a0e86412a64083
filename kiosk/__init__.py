"""Screens: the hall display and the door display."""
