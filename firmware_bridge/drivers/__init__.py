"""One file a device kind."""
