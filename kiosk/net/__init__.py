"""How a screen hears the office."""
