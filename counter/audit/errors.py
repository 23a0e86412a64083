"""What is wrong with an audit, for the person who asked for it.

AuditError            it cannot be done as it was asked; the text says why and where
└── TruthError        the truth is no truth, or not one of this clip and these lines
"""

from __future__ import annotations


class AuditError(Exception):
    """The audit cannot be done as it was asked for."""


class TruthError(AuditError):
    """The truth does not say who crossed what and when, or not of this clip and these lines."""
