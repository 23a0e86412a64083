"""Other houses that say who somebody is."""
