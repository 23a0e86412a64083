"""Who answers whom: conversations begin, are handed to a person and back, and are forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from edge.domain.assistant.conversation import Answering, Conversation, TalkAction, started
from edge.domain.contacts import Contact, ContactKind, chat_address
from edge.domain.errors import BadInput, Conflict, NotFound, RuleViolation
from edge.domain.retention import kept
from edge.domain.turns import Channel
from edge.services.context import Context, secret_hash
from edge.services.office_world import APPOINTMENT, TURN
from edge.services.ports import Stores, UnitOfWork
from edge.services.turns import PAPER, PHONE, followed, of_phone

TALK = "talk"  # kind of link: a phone's cookie or a chat of a messenger leads to a conversation
FORGOTTEN_AFTER = kept("conversation")  # of silence
LONGEST = 1000  # characters of one message
ACTOR = "chat"


class ConversationService:
    """Use cases of conversations; each is one transaction."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def of_key(self, channel: str, key: str) -> Conversation | None:
        """Return the conversation of one phone or chat that is not over."""
        with self._context.database.read() as stores:
            target = stores.links.target(TALK, secret_hash(f"{channel}:{key}"))
            found = stores.conversations.find(target) if target else None
        return found if found is not None and found.answering is not Answering.OVER else None

    def start(self, channel: str, key: str, *, language: str, address: str = "") -> Conversation:
        """Begin a conversation; the *address* of a messenger's chat is kept apart and for a time.

        Who comes back after its last conversation was forgotten finds again what is still told to this chat.
        """
        now = self._context.now()
        talk = Conversation(self._context.new_id(now), channel, language, now, now)
        with self._context.database.write() as uow:
            uow.conversations.add(talk)
            uow.links.bind(TALK, secret_hash(f"{channel}:{key}"), talk.id, now)
            if address:
                uow.contacts.put(Contact(talk.id, ContactKind.CHAT, address, now + FORGOTTEN_AFTER))
                _find_again(uow, talk, address)
            uow.log.append(started(talk, actor=ACTOR))
            uow.commit()
        return talk

    def get(self, talk_id: str) -> Conversation:
        """Return a conversation; raise ``NotFound``."""
        with self._context.database.read() as stores:
            return stores.conversations.get(talk_id)

    def address(self, talk_id: str) -> str:
        """Return where a messenger reaches the person; "" when it was forgotten."""
        with self._context.database.read() as stores:
            contact = stores.contacts.find(talk_id)
        return contact.value if contact is not None and contact.kind is ContactKind.CHAT else ""

    def keep(self, talk: Conversation, *, position: tuple[str, int] | None = None) -> Conversation:
        """Store how far the dialogue has come, with the *position* up to which its channel was read.

        Return the conversation as it is then. Where it has changed hands since *talk* was read, it stays as it is: what
        was done for the person is done, and only the position is stored.
        """
        now = self._context.now()
        with self._context.database.write() as uow:
            after = uow.conversations.get(talk.id)
            if after.answering is talk.answering:
                after = replace(talk, agent=after.agent, heard_at=now, version=after.version + 1)
                uow.conversations.save(after)
                _keep_address(uow, after)
            if position is not None:
                uow.conversations.set_position(*position)
            uow.commit()
        return after

    def own(self, talk_id: str, kind: str, target: str) -> None:
        """Remember that the person has a turn or an appointment from this conversation."""
        with self._context.database.write() as uow:
            uow.conversations.add_own(talk_id, kind, target)
            uow.commit()

    def follow(self, turn_id: str) -> str:
        """Return the secret of a link by which a turn taken here is followed; always the same one."""
        link = self._context.derive("follow", turn_id)
        with self._context.database.write() as uow:
            uow.links.bind(PAPER, secret_hash(link), turn_id, self._context.now())
            uow.commit()
        return link

    def is_own_link(self, link: str) -> bool:
        """Whether *link* is one of ``follow``, which only the person has; a paper may be found by anybody."""
        with self._context.database.read() as stores:
            return _taken_here(stores, stores.links.target(PAPER, secret_hash(link)))

    def adopt(self, link: str, phone: str) -> str:
        """Let the *phone* that opened a link of ``follow`` hold its turn from now on; return the id of the turn.

        Raises ``NotFound`` (``unknown_link``) for anything else, a paper's link too: a paper may be found by anybody.
        ``RuleViolation``: ``turn_over``; ``phone_has_turn`` when the phone holds another one that is open.
        """
        with self._context.database.write() as uow:
            target = uow.links.target(PAPER, secret_hash(link))
            turn = followed(uow, target)
            if turn is None or not _taken_here(uow, target):
                raise NotFound(code="unknown_link")
            if not turn.is_open:
                raise RuleViolation(code="turn_over")
            held = of_phone(uow, phone)
            if held is not None and held.is_open and held.id != turn.id:
                raise RuleViolation(code="phone_has_turn")
            uow.links.bind(PHONE, secret_hash(phone), turn.id, self._context.now())
            uow.commit()
        return turn.id

    def position(self, channel: str) -> int:
        """Return how far a channel was read."""
        with self._context.database.read() as stores:
            return stores.conversations.position(channel)

    def read_up_to(self, channel: str, position: int) -> None:
        """Remember how far a channel was read."""
        with self._context.database.write() as uow:
            uow.conversations.set_position(channel, position)
            uow.commit()

    # --- hands --------------------------------------------------------------------------------------------------------

    def in_hands(self) -> list[Conversation]:
        """Return the conversations that wait for a person or have one, the longest silent first."""
        with self._context.database.read() as stores:
            return stores.conversations.in_hands()

    def ask_person(self, talk_id: str) -> Conversation:
        """Ask for a person; once more changes nothing. Raises ``RuleViolation`` ``closed`` when nobody is here."""
        now = self._context.now()
        if self._context.office().calendar.current(now) is None:
            raise RuleViolation(code="closed")
        with self._context.database.write() as uow:
            talk = uow.conversations.get(talk_id)
            if talk.answering is Answering.OFFICE:
                talk = self._change(uow, talk, TalkAction.ASK_PERSON, now, actor=ACTOR)
                uow.commit()
        return talk

    def take(self, talk_id: str, *, agent: str) -> Conversation:
        """Answer it from now on; raise ``Conflict`` ``talk_taken`` when a colleague does."""
        now = self._context.now()
        with self._context.database.write() as uow:
            talk = uow.conversations.get(talk_id)
            if talk.answering is Answering.PERSON and talk.agent == agent:
                return talk
            if talk.answering is Answering.PERSON:
                raise Conflict(code="talk_taken")
            talk = self._change(uow, talk, TalkAction.TAKE, now, actor=f"agent:{agent}", agent=agent)
            uow.commit()
        return talk

    def hand_back(self, talk_id: str, *, actor: str) -> Conversation:
        """Let the dialogue answer again; nothing changes when it does already."""
        return self._end_hands(talk_id, TalkAction.HAND_BACK, actor)

    def end(self, talk_id: str, *, actor: str) -> Conversation:
        """End it."""
        return self._end_hands(talk_id, TalkAction.END, actor)

    def holds(self, talk_id: str, *, agent: str) -> Conversation:
        """Return the conversation that *agent* answers; raise ``Conflict`` ``talk_taken`` otherwise."""
        talk = self.get(talk_id)
        if talk.answering is not Answering.PERSON or talk.agent != agent:
            raise Conflict(code="talk_taken")
        return talk

    def _end_hands(self, talk_id: str, action: TalkAction, actor: str) -> Conversation:
        now = self._context.now()
        with self._context.database.write() as uow:
            talk = uow.conversations.get(talk_id)
            if talk.answering in (Answering.OVER, *([Answering.OFFICE] if action is TalkAction.HAND_BACK else [])):
                return talk
            talk = self._change(uow, talk, action, now, actor=actor)
            uow.commit()
        return talk

    def _change(
        self, uow: UnitOfWork, talk: Conversation, action: TalkAction, at: datetime, *, actor: str, agent: str = ""
    ) -> Conversation:
        after, event = talk.apply(action, at=at, actor=actor, agent=agent)
        after = replace(after.afresh(), heard_at=at) if action is TalkAction.HAND_BACK else replace(after, heard_at=at)
        uow.conversations.save(after)
        _keep_address(uow, after)
        uow.log.append(event)
        return after


def _keep_address(uow: UnitOfWork, talk: Conversation) -> None:
    """Let the office reach the person for as long as the conversation is kept."""
    if (contact := uow.contacts.find(talk.id)) is not None:
        uow.contacts.put(replace(contact, expires_at=talk.heard_at + FORGOTTEN_AFTER))


def _taken_here(stores: Stores, turn_id: str | None) -> bool:
    turn = stores.turns.find(turn_id) if turn_id else None
    return turn is not None and turn.channel is Channel.CHAT


def _find_again(uow: UnitOfWork, talk: Conversation, address: str) -> None:
    for owner in uow.contacts.owners(chat_address(talk.channel, address)):
        if uow.appointments.find(owner) is not None:
            uow.conversations.add_own(talk.id, APPOINTMENT, owner)
        for turn in uow.turns.of_visit(owner):
            uow.conversations.add_own(talk.id, TURN, turn.id)


def check_text(text: str) -> str:
    """Return what somebody wrote without control characters; raise ``BadInput`` ``too_long`` or ``nothing_said``."""
    clean = "".join(c for c in text if c.isprintable() or c in "\n\u200c\u200d").strip()
    if not clean:
        raise BadInput(code="nothing_said")
    if len(clean) > LONGEST:
        raise BadInput(code="too_long")
    return clean
