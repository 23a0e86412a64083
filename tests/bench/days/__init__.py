"""Seeded days of a citizen-service office, and estimators that are held against each other on them."""
