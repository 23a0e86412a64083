"""What the uplink says, built from rows and from the office's card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from edge.contracts import topics
from edge.contracts.uplink import EventBatch, EventRow, NodeState
from edge.contracts.wire import encode
from edge.domain.delivery import Want
from edge.runtime.mqtt import Will


@dataclass(frozen=True, slots=True)
class OfficeCard:
    """How the office presents itself."""

    office: str
    title: str
    version: str
    config_hash: str = ""


def will(card: OfficeCard, epoch: str) -> Will:
    """Return what the broker says when the office is lost."""
    state = NodeState(
        office=card.office, epoch=epoch, state="offline", reason="lost", title=card.title, version=card.version
    )
    return Will(topics.up_state(card.office), encode(state))


def node_state(
    card: OfficeCard,
    epoch: str,
    state: Literal["online", "draining", "offline"],
    streams: Mapping[str, int],
    at: datetime,
) -> NodeState:
    """Return the birth, or the orderly end, of the office."""
    return NodeState(
        office=card.office,
        epoch=epoch,
        state=state,
        reason="stopped" if state == "offline" else "",
        at=at,
        title=card.title,
        version=card.version,
        config_hash=card.config_hash,
        streams=dict(streams),
    )


def batch(card: OfficeCard, epoch: str, want: Want, rows: Sequence[EventRow], max_bytes: int) -> EventBatch:
    """Return as many of *rows* as follow each other without a gap and fit in *max_bytes*, at least one."""
    encoded: list[msgspec.Raw] = []
    size, first = 0, rows[0].seq
    for seq, row in enumerate(rows, first):
        data = encode(row)
        size += len(data) + 1
        if encoded and (size > max_bytes or row.seq != seq):
            break
        encoded.append(msgspec.Raw(data))
    return EventBatch(
        office=card.office,
        epoch=epoch,
        stream=want.stream,
        first_seq=first,
        replay=want.replay,
        pruned_from=want.after_seq + 1 if first > want.after_seq + 1 else 0,
        rows=encoded,
    )
