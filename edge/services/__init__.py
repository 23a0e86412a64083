"""Use cases: one method is one transaction; what they need is declared in ports.py."""
