"""Takes what the agenda wants its people told to the notifiers of the office: codes, links, changes.

These messages have no ladder: who asked for a code by e-mail is told by e-mail. Each is tried again until it is of no
use any more; a provider knows it again by its id.
"""

from __future__ import annotations

from collections.abc import Mapping

from edge.adapters.notify.registry import World, build
from edge.bootstrap.config import EdgeConfig
from edge.domain.agenda import Outbound
from edge.domain.contacts import Contact, ContactKind
from edge.domain.notices import NoticeKind, Rung
from edge.runtime import log as logs
from edge.services.notifiers import Letter, Notifier, NotifierError, TryLater

log = logs.get(__name__)

_RUNGS: Mapping[ContactKind, Rung] = {ContactKind.MAIL: Rung.MAIL, ContactKind.PHONE: Rung.SMS}
_KINDS: Mapping[str, NoticeKind] = {
    "appointment_code": NoticeKind.APPOINTMENT_CODE,
    "appointment_booked": NoticeKind.APPOINTMENT_BOOKED,
    "appointment_moved": NoticeKind.APPOINTMENT_MOVED,
    "appointment_cancelled": NoticeKind.APPOINTMENT_CANCELLED,
    "appointment_withdrawn": NoticeKind.APPOINTMENT_REFUSED,
    "appointment_link": NoticeKind.APPOINTMENT_BOOKED,
}


def own_notifiers(config: EdgeConfig, world: World) -> dict[Rung, Notifier]:
    """Return notifiers for one more thread: those of the ladder belong to theirs."""
    return {Rung(rung): build(rung, section, world) for rung, section in config.notify.items() if rung != "push"}


class LetterSender:
    """Implements ``services.outbound.Sender``."""

    def __init__(self, notifiers: Mapping[Rung, Notifier], *, sender: str) -> None:
        self._notifiers, self._from = notifiers, sender

    def __call__(self, message: Outbound, contacts: list[Contact], subject: str, body: str) -> bool:
        """Send to every contact that this office can reach; return False when it is worth another attempt."""
        outcomes = [self._send(message, contact, subject, body) for contact in contacts]
        return any(outcomes) or None not in outcomes

    def _send(self, message: Outbound, contact: Contact, subject: str, body: str) -> bool | None:
        """Return True when it was taken, False when it never will be, None when it may be later."""
        rung = _RUNGS.get(contact.kind)
        notifier = self._notifiers.get(rung) if rung else None
        if rung is None or notifier is None:
            return None  # until somebody configures it, or the message is of no use any more
        letter = Letter(
            id=f"{message.id}-{rung}",
            kind=_KINDS[message.kind],
            to=contact.value,
            title=subject,
            text=body,
            language=message.language,
            useful_until=message.until,
            sender=self._from,
            urgent=True,
        )
        try:
            notifier.send(letter)
        except TryLater as error:
            log.warning("letter_waits", message=message.id, rung=str(rung), reason=error.reason)
            return None
        except NotifierError as error:
            log.warning("letter_refused", message=message.id, rung=str(rung), reason=error.reason)
            return False
        return True
