"""People counting on the device; no image ever leaves it."""
