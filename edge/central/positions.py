"""Which rows of a batch are new: the receiver's half of the acknowledged uplink, as one pure rule."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Accept:
    """Store ``rows[skip:skip + take]``; *missing_from* is the first row that has to come again, or None."""

    skip: int
    take: int
    missing_from: int | None = None


def accept(upto: int, first_seq: int, rows: int, pruned_from: int = 0) -> Accept:
    """Compare a batch of *rows* rows from *first_seq* with a stream that is complete up to *upto*.

    Rows that are here already are skipped. A batch beyond a gap is not stored at all: it comes again in order. Unless
    the office says that the rows from *pruned_from* on do not exist any more: then the gap is accepted.
    """
    expected = upto + 1
    if first_seq > expected and not 0 < pruned_from <= expected:
        return Accept(0, 0, missing_from=expected)
    skip = min(rows, max(0, expected - first_seq))
    return Accept(skip, rows - skip)
