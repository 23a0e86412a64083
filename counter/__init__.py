"""People counting on the device; no image leaves it but coarse cells for who sets a camera up."""
