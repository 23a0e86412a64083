"""Tests of all programs, by kind: unit, contract, property, golden, integration, architecture, bench."""
