"""Counting rules: lines, zones, intervals; no pixels."""
