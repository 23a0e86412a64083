"""How somebody can be reached: apart from everything else, under an opaque id, and only for a time."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from edge.domain.errors import BadInput

KEPT_AFTER = timedelta(hours=24)  # from the end of what the contact was given for
_MAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+|00)?[0-9]{9,15}")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")  # as an Arabic or Persian keyboard types
_SPAIN = "+34"
_PUSH, _CHAT, _SECOND = "/push", "/chat", ".2"


class ContactKind(StrEnum):
    """Through what."""

    PHONE = "phone"
    MAIL = "mail"
    PUSH = "push"  # a browser's push subscription, as JSON
    KEY = "key"  # what opens the sealed documents of a visit: gone with it
    CHAT = "chat"  # of a messenger: which one, and how it names the chat


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach a party; *owner* is the opaque id of what it was given for. Forgotten at *expires_at*."""

    owner: str
    kind: ContactKind
    value: str
    expires_at: datetime


def addresses_of(owner: str) -> tuple[str, str]:
    """Return the ids of what somebody typed to be told by: a phone or a mailbox, and the other one where there is."""
    return owner, second(owner)


def push_owner(owner: str) -> str:
    """Return the id under which the push subscription of *owner* is kept, beside its phone or mailbox."""
    return f"{owner}{_PUSH}"


def chat_owner(owner: str) -> str:
    """Return the id under which the chat of *owner* is kept, beside everything else."""
    return f"{owner}{_CHAT}"


def chat_address(channel: str, chat: str) -> str:
    """Return the address of a *chat* of the messenger *channel*."""
    return f"{channel}:{chat}"


def ways_to(owner: str) -> tuple[str, ...]:
    """Return the ids of everything by which *owner* can be reached."""
    return *addresses_of(owner), push_owner(owner), chat_owner(owner)


def owner_of(contact_id: str) -> str:
    """Return whom the contact *contact_id* belongs to."""
    return contact_id.removesuffix(_PUSH).removesuffix(_CHAT).removesuffix(_SECOND)


def read_contact(owner: str, text: str, *, until: datetime) -> Contact:
    """Return the contact behind what somebody typed; raise ``BadInput`` (``bad_contact``) for anything else.

    A phone becomes E.164, Spanish when it has no country; *until* is the end of what it is given for.
    """
    value = text.strip()
    if any(unicodedata.category(letter).startswith("C") for letter in value):  # also marks that turn the text round
        raise BadInput(code="bad_contact")
    digits = re.sub(r"[\s().-]", "", value).translate(_DIGITS)
    if len(value) <= 254 and _MAIL.fullmatch(value):
        return Contact(owner, ContactKind.MAIL, value, until + KEPT_AFTER)
    if _PHONE.fullmatch(digits):
        number = "+" + digits[2:] if digits.startswith("00") else digits
        return Contact(owner, ContactKind.PHONE, number if number[0] == "+" else _SPAIN + number, until + KEPT_AFTER)
    raise BadInput(code="bad_contact")


def ending(contact: Contact) -> str:
    """Return enough of a phone or mailbox for its owner to know it again, and for nobody else to use it."""
    if contact.kind is ContactKind.PHONE:
        return contact.value[-3:]
    name, _, domain = contact.value.partition("@")
    return f"{name[:1]}…@{domain}"


def second(owner: str) -> str:
    """Return the id of a second way to reach *owner*: a video appointment has an e-mail and a mobile."""
    return f"{owner}{_SECOND}"
