"""A submission: documents that somebody who has shown who they are hands in, with a number and an hour.

Who it is stays sealed with the documents; the log knows by what means it was shown, and which official it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from edge.domain.documents import Document
from edge.domain.errors import BadInput, RuleViolation
from edge.domain.events import Event, Stream

CONSENT = "12.2-v1"  # the text of config/messages, papers.consent.text; a changed text gets a new version


class Means(StrEnum):
    """How somebody showed who they are."""

    OIDC = "oidc"  # the assertion of an identity provider
    ASSISTED = "assisted"  # a habilitated official, with express consent (Ley 39/2015, article 12.2)


@dataclass(frozen=True, slots=True)
class Identity:
    """That *party* is known; *sealed* is who it is, under the key of the visit. *official* only when assisted."""

    party: str
    means: Means
    at: datetime
    sealed: str
    provider: str = ""
    level: str = ""
    official: str = ""
    consent: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One submission. *offset_ms* is how far the clock can be off, None when nothing keeps it."""

    id: str
    number: str
    party: str
    at: datetime
    method: Means
    provider: str
    online: bool  # whether the region was reached: without it the paper is no receipt of the registry
    offset_ms: int | None


def number(office: str, year: int, serial: int) -> str:
    """Return the number of the *serial*-th submission of a year."""
    return f"{office.upper()}-{year}-{serial:06d}"


def identified(identity: Identity, *, actor: str) -> Event:
    """Return the event of somebody having shown who they are: the means, never the person."""
    body = {"party": identity.party, "means": str(identity.means)}
    body |= {"provider": identity.provider, "level": identity.level} if identity.means is Means.OIDC else {}
    body |= {"official": identity.official, "consent": identity.consent} if identity.means is Means.ASSISTED else {}
    return Event(Stream.TURNS, "party_identified", identity.at, actor, "", body)


def submitted(receipt: Receipt, documents: Sequence[Document], *, actor: str) -> Event:
    """Return the event of a submission."""
    body = {
        "submission": receipt.id,
        "number": receipt.number,
        "party": receipt.party,
        "means": str(receipt.method),
        "provider": receipt.provider,
        "online": receipt.online,
        "offset_ms": receipt.offset_ms,
        "documents": [document.id for document in documents],
    }
    return Event(Stream.TURNS, "documents_submitted", receipt.at, actor, "", body)


def must_agree(*, consent: bool) -> None:
    """Raise ``BadInput`` (``consent_needed``) without the express consent of the person."""
    if not consent:
        raise BadInput(code="consent_needed")


def must_be_known(identity: Identity | None) -> Identity:
    """Return *identity*; raise ``RuleViolation`` (``identity_needed``) when nobody knows who submits."""
    if identity is None:
        raise RuleViolation(code="identity_needed")
    return identity
