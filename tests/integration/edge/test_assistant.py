"""The assistant over a real database: what is said becomes turns and appointments, and people take it over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from edge.adapters.channels.transcripts import LINES, TALKS, MemoryTranscripts
from edge.bootstrap.office import OfficeParts
from edge.domain.agenda import AppointmentState
from edge.domain.assistant.conversation import Answering, Conversation
from edge.domain.errors import BadInput, Conflict, NotFound
from edge.domain.turns import Channel, TurnState
from edge.runtime.clock import ManualClock
from edge.services.conversations import check_text
from edge.services.errands import Said
from edge.services.transcripts import Line, Who
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.letters import able, code_in, send_all
from tests.fixtures.office import MakeOffice, forget, walk_in
from tests.fixtures.schema import dump

CANARY_MAIL, CANARY_PHONE = "canary.person@example.org", "600123987"


def write(run: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    return run(*args, **kwargs)


class Party:
    """Somebody who talks."""

    def __init__(
        self, office: OfficeParts, *, language: str = "es", channel: str = "telegram", key: str = "42"
    ) -> None:
        self.office, self._key = office, (channel, key)
        self.id = office.conversations.start(channel, key, language=language, address=key).id
        self.line: Line | None = office.assistant.greet(self.talk, write)

    @property
    def talk(self) -> Conversation:
        return self.office.conversations.get(self.id)

    def say(self, text: str, **said: Any) -> str:
        self.line = self.office.assistant.hear(self.talk, Said(text, **said), write)
        return self.line.text if self.line else ""

    def tap(self, start: str) -> str:
        assert self.line is not None
        return self.say(next(name for name, _ in self.line.options if name.startswith(start)), tapped=True)

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        return self.line.options if self.line else ()


@pytest.fixture
def party(office: OfficeParts) -> Party:
    return Party(able(office))


def sent_code(office: OfficeParts) -> str:
    return code_in(send_all(office.notices))


def book(party: Party) -> None:
    party.say("registro de documentos")
    party.tap("day:")
    party.tap("hour:")
    party.say(f"{CANARY_MAIL} {CANARY_PHONE}")
    party.say(sent_code(party.office))


def test_an_appointment_from_the_first_word_to_the_confirmation(party: Party) -> None:
    first = party.line.text if party.line else ""
    assert "no soy una persona" in first
    assert "Registro de documentos" in [label for _, label in party.options]

    book(party)

    said = party.line.text if party.line else ""
    assert said.startswith("Cita confirmada: Registro de documentos")
    assert "Documento de identidad" in said
    with party.office.database.read() as stores:
        (_, origin), *rest = stores.conversations.own(party.id)
        booked = stores.appointments.get(origin)
    assert rest == []
    assert (booked.state, booked.channel, booked.language) == (AppointmentState.BOOKED, "telegram", "es")


def test_an_appointment_is_moved_and_cancelled_in_the_same_conversation(party: Party) -> None:
    book(party)

    party.say("quiero cambiar mi cita")
    party.tap("day:")
    moved = party.say(next(name for name, _ in party.options if name.startswith("hour:")), tapped=True)
    asked = party.say("al final no puedo ir")
    gone = party.say("sí")

    assert moved.startswith("Cambiada: Registro de documentos")
    assert "¿Seguro que quiere anular la cita" in asked
    assert gone.startswith("Anulado.")
    assert party.say("anular").startswith("Por aquí no ha pedido")


def test_who_has_a_turn_is_told_what_its_page_says(party: Party) -> None:
    office = party.office
    for _ in range(2):
        walk_in(office)
    party.say("registro")
    party.tap("now")
    with office.database.read() as stores:
        turn = stores.turns.get(stores.conversations.own(party.id)[0][1])

    at_home = party.say("¿cuánto me queda?")
    office.turns.confirm_presence(turn.id, actor="test")
    waits = party.say("¿cuánto tengo que esperar?")
    view = office.board.turn(office.turns.get(turn.id))

    assert at_home.startswith(f"Turno {turn.code}: 2 personas por delante.")
    assert "\n\nSi llega ahora, le llamaremos " in at_home
    assert "La espera cuenta desde que confirme que ha llegado. Venga antes de las " in at_home
    assert waits.startswith(f"Turno {turn.code}: {view.ahead} personas por delante.")
    assert "\n\nLe llamaremos " in waits
    assert "Venga antes" not in waits
    assert "later" in " ".join(name for name, _ in party.options)


def test_who_is_hurt_is_offered_a_person_and_the_private_service_of_the_shipped_catalogue(party: Party) -> None:
    said = party.say("violencia de género")

    assert said == "Puede hablar a solas con una persona, sin decir el motivo. Si corre peligro ahora, llame al 112."
    assert [name for name, _ in party.options] == ["person", "service:atencion_en_privado", "restart"]
    assert "Atención en privado" in [label for _, label in party.options]
    assert party.tap("service:") == "¿Cómo prefiere hacer «Atención en privado»?"


def test_the_wait_for_a_service_of_the_shipped_catalogue_is_asked_for_in_arabic(party: Party) -> None:
    said = party.say("كم يجب أن أنتظر لدفع الرسوم؟")

    assert "دفع الرسوم" in said.split("\n\n")[0]
    assert [name for name, _ in party.options if name.startswith("day:")] == []


def test_a_turn_is_taken_once_and_followed_by_a_link(party: Party) -> None:
    party.say("registro")
    said = party.tap("now")
    with party.office.database.read() as stores:
        (_, turn_id), *_ = stores.conversations.own(party.id)
        turn = stores.turns.get(turn_id)

    party.say("registro", key="again")
    again = party.tap("now")

    assert turn.code in said
    assert turn.code in again
    assert (turn.state, turn.channel) == (TurnState.REMOTE, Channel.CHAT)  # presence is still to be proved
    link = said.split("/f/")[1].split(".")[0].split()[0]
    assert party.office.turns.of_link(link).id == turn.id


def test_a_turn_that_is_refused_leads_to_other_ways(office: OfficeParts, manual_clock: ManualClock) -> None:
    late = Party(office)
    late.say("registro")
    manual_clock.move(12 * 3600)  # the office is closed
    said = late.say("now", tapped=True)

    assert "cerrada" in said
    assert "Puede probar" in said
    assert any(name.startswith("day:") for name, _ in late.options)


def test_a_slot_that_somebody_else_took_is_said_and_another_offered(party: Party) -> None:
    party.say("registro")
    party.tap("day:")
    taken = next(name for name, _ in party.options if name.startswith("hour:"))
    rivals = [Party(party.office, key=f"rival-{n}") for n in range(12)]
    for rival in rivals:
        rival.say("registro")
        rival.tap("day:")
        rival.say(taken, tapped=True)
    said = party.say(taken, tapped=True)

    assert "hora" in said
    assert party.options
    assert taken not in [name for name, _ in party.options]


def test_it_follows_the_language_of_the_first_words(office: OfficeParts) -> None:
    english = Party(office, key="1")
    catalan = Party(office, key="2")

    assert "When would you like" in english.say("Hello, I would like to submit documents please")
    assert "Quan voleu venir" in catalan.say("Voldria fer el registre de documents, si us plau")


def test_a_person_takes_over_and_hands_back(party: Party) -> None:
    asked = party.say("quiero hablar con una persona")
    waiting = party.say("es por una multa")
    nothing = party.say("¿hay alguien?")
    office = party.office

    assert "Hemos avisado a una persona" in asked
    assert waiting
    assert nothing == ""
    assert [talk.id for talk in office.conversations.in_hands()] == [party.id]
    office.conversations.take(party.id, agent="ana")
    with pytest.raises(Conflict):
        office.conversations.take(party.id, agent="luis")
    assert office.conversations.holds(party.id, agent="ana").answering is Answering.PERSON

    back = party.say("hand_back", tapped=True)

    assert "Vuelve a atenderle el asistente" in back
    assert party.talk.answering is Answering.OFFICE
    assert [line.who for line in office.transcripts.of(party.id)].count(Who.PARTY) == 4


def meanwhile(party: Party, happens: Callable[[], object]) -> Callable[..., Any]:
    """Return a writer before whose ``keep`` something *happens* at a desk."""

    def write_late(run: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if run == party.office.conversations.keep:
            happens()
        return run(*args, **kwargs)

    return write_late


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (lambda party: party.office.conversations.take(party.id, agent="ana"), Answering.PERSON),
        (lambda party: party.office.conversations.end(party.id, actor="agent:ana"), Answering.OVER),
    ],
)
def test_what_was_done_is_said_though_staff_came_between(
    party: Party, change: Callable[[Party], object], after: Answering
) -> None:
    conversations, turns = party.office.conversations, party.office.turns
    party.say("registro de documentos")
    said = Said("now", tapped=True, position=("telegram", 7))

    line = party.office.assistant.hear(party.talk, said, meanwhile(party, lambda: change(party)))

    with party.office.database.read() as stores:
        ((_, mine),) = stores.conversations.own(party.id)
    assert line is not None
    assert turns.get(mine).code in line.text
    assert line.options == ()
    assert party.talk.answering is after
    assert conversations.position("telegram") == 7


def test_the_dialogue_is_silent_once_staff_have_come_between(party: Party) -> None:
    conversations = party.office.conversations
    said = Said("certificado digital", position=("telegram", 7))

    line = party.office.assistant.hear(
        party.talk, said, meanwhile(party, lambda: conversations.take(party.id, agent="ana"))
    )

    assert line is None
    assert (party.talk.answering, party.talk.agent) == (Answering.PERSON, "ana")
    assert party.office.transcripts.of(party.id)[-1].text == "certificado digital"
    assert conversations.position("telegram") == 7


def test_two_messages_at_once_are_both_answered(party: Party) -> None:
    read = party.talk
    lines = [party.office.assistant.hear(read, Said(words), write) for words in ("certificado digital", "registro")]

    assert all(line is not None and line.options for line in lines)
    assert party.talk.draft.service == "registro"


def test_nobody_is_asked_for_when_the_office_is_closed(office: OfficeParts, manual_clock: ManualClock) -> None:
    manual_clock.move(14 * 3600)
    late = Party(office)
    said = late.say("persona")

    assert "cerrada" in said
    assert "Puede probar" in said
    assert late.talk.answering is Answering.OFFICE


def test_after_a_restart_somebody_in_the_middle_is_told(office: OfficeParts, party: Party) -> None:
    party.say("persona")
    office.transcripts.forget(party.id)

    line = office.assistant.greet(party.talk, write)

    assert line.text.startswith("La oficina ha tenido una interrupción")
    assert line.options[0][0] == "hand_back"


def test_no_word_of_a_conversation_reaches_the_disk(party: Party, office: OfficeParts) -> None:
    party.say("tengo un secreto: canario amarillo")
    book(party)
    party.say("persona")
    party.say("canario verde")

    lines = dump(office.database.path)
    assert "canario" not in "\n".join(lines)
    log = "\n".join(line for line in lines if '"event"' in line)
    assert CANARY_MAIL not in log
    assert CANARY_PHONE not in log


def test_silent_conversations_are_forgotten(party: Party, manual_clock: ManualClock) -> None:
    manual_clock.move(25 * 3600)

    gone = forget(party.office)

    assert (gone["conversation"], gone["conversation_own"]) == (1, 0)
    with pytest.raises(NotFound):
        party.office.conversations.get(party.id)


@pytest.mark.parametrize(("text", "code"), [("  \u200b\u0007 ", "nothing_said"), ("a" * 1001, "too_long")])
def test_what_is_no_message_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_text(text)

    assert caught.value.code == code


def test_control_characters_are_left_out_and_emoji_and_arabic_stay() -> None:
    assert check_text("\x1b[31mhola\x00 👋 مرحبا\u202e\nfin") == "[31mhola 👋 مرحبا\nfin"


def test_transcripts_are_bounded() -> None:
    transcripts = MemoryTranscripts()
    for n in range(TALKS + 5):
        transcripts.add(f"c{n}", Who.PARTY, "x", at=MONDAY_MORNING)
    for n in range(LINES + 5):
        transcripts.add("c300", Who.PARTY, str(n), at=MONDAY_MORNING)

    assert transcripts.of("c0") == ()
    assert len(transcripts.of("c300")) == LINES
    assert len(transcripts.counts()) == TALKS


def test_a_flood_of_conversations_leaves_those_that_people_answer(party: Party, office: OfficeParts) -> None:
    party.say("persona")
    party.say("es por una multa")
    for n in range(TALKS + 5):
        office.transcripts.add(f"c{n}", Who.PARTY, "x", at=MONDAY_MORNING)

    assert "es por una multa" in [line.text for line in office.transcripts.of(party.id)]

    party.say("hand_back", tapped=True)
    for n in range(TALKS + 5):
        office.transcripts.add(f"d{n}", Who.PARTY, "x", at=MONDAY_MORNING)

    assert office.transcripts.of(party.id) == ()


def test_more_conversations_in_hands_than_there_is_room_for_stay_bounded() -> None:
    transcripts = MemoryTranscripts()
    for n in range(TALKS + 5):
        transcripts.add(f"c{n}", Who.PARTY, "x", at=MONDAY_MORNING)
        transcripts.answered_by(f"c{n}", Answering.PERSON)

    assert len(transcripts.counts()) == TALKS
    assert len(transcripts.of(f"c{TALKS + 4}")) == 1


def test_two_offices_know_nothing_of_each_other(office: OfficeParts, make_office: MakeOffice) -> None:
    Party(office, key="7")

    assert make_office("asturias30").conversations.of_key("telegram", "7") is None
