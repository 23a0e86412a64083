"""Who somebody is, as an identity provider asserts it."""
