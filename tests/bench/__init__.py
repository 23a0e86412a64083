"""Benches: ``./o360 bench NAME`` runs ``tests/bench/NAME.py``, whose ``run()`` returns rows of figures and gates."""
