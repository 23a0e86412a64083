"""The dialogue leads from any words to a turn, an appointment, an answer or a person, and never to a dead end."""

from __future__ import annotations

from datetime import timedelta
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.assistant.conversation import Aim, Answering, Conversation, Step, TalkAction
from edge.domain.assistant.dialogue import done, greet, hear
from edge.domain.assistant.lexicon import Lexicon, likeness
from edge.domain.assistant.prompts import Reply, Scene
from edge.domain.assistant.world import (
    Act,
    AskPerson,
    Cancel,
    Confirm,
    Delay,
    GiveContact,
    Hold,
    Move,
    Now,
    Outcome,
    Own,
    Seen,
    SendAgain,
    TakeTurn,
    TellHere,
)
from edge.domain.errors import IllegalTransition
from edge.runtime.i18n import Messages
from edge.runtime.resources import config_dir
from tests.fakes.assistant import TODAY, FakeWorld, at
from tests.fixtures.clocks import MONDAY_MORNING

MESSAGES = Messages.load(config_dir() / "messages")
LEXICON = Lexicon(
    {
        language: {
            concept: tuple(phrase.strip() for phrase in text.split(","))
            for concept, text in MESSAGES.section(language, "assistant.words").items()
        }
        for language in MESSAGES.languages
    }
)
ACTS: list[Act] = [
    TakeTurn("registro", "presencial"),
    Hold("registro", "presencial", MONDAY_MORNING),
    GiveContact("a1", "600000000"),
    Confirm("a1", "123456"),
    SendAgain("a1"),
    Cancel("a1"),
    Move("a1", "presencial", MONDAY_MORNING),
    AskPerson(),
    Delay("t1"),
    TellHere(wanted=False),
    Seen("n1"),
]


def talk_at(step: Step = Step.SERVICE, **draft: object) -> Conversation:
    fresh = Conversation("c1", "web", "es", MONDAY_MORNING, MONDAY_MORNING)
    return fresh.to(step, **draft)


def scene(talk: Conversation, world: FakeWorld | None = None) -> Scene:
    return Scene(talk, world or FakeWorld(), LEXICON)


def say(reply: Reply, words: str, world: FakeWorld | None = None) -> Reply:
    return hear(scene(reply.talk, world), words)


def keys(reply: Reply) -> list[str]:
    return [said.key for said in reply.says]


def ids(reply: Reply) -> list[str]:
    return [option.id for option in reply.options]


def test_it_asks_service_then_modality_then_time() -> None:
    hello = greet(scene(talk_at()))
    mode = say(hello, "quiero la tarjeta de familia numerosa")
    when = say(mode, "por videollamada")
    hour = say(when, "el miércoles")
    held = say(hour, "a las 10:30")

    assert [r.talk.step for r in (hello, mode, when, hour)] == [Step.SERVICE, Step.MODE, Step.WHEN, Step.HOUR]
    assert held.act == Hold("familia_numerosa", "video", at(TODAY + timedelta(days=2), 10, 30))


def test_a_service_with_one_modality_is_not_asked_for_it() -> None:
    reply = hear(scene(talk_at()), "registro")

    assert reply.talk.step is Step.WHEN
    assert reply.talk.draft.mode == "presencial"


def test_a_turn_is_offered_with_its_wait_where_one_is_given_now() -> None:
    offered = hear(scene(talk_at()), "registro")
    refused = hear(scene(talk_at(), FakeWorld(turn=Now(admitted=False, reason="closed"))), "registro")

    assert ids(offered)[0] == "now"
    assert say(offered, "ahora mismo").act == TakeTurn("registro", "presencial")
    assert "now" not in ids(refused)
    assert keys(refused) == ["ask.when_later"]


def test_a_turn_by_video_is_not_taken_at_once() -> None:
    reply = hear(scene(talk_at(Step.WHEN, service="familia_numerosa", mode="video")), "now", tapped=True)

    assert reply.act is None
    assert "now" not in ids(reply)


@pytest.mark.parametrize("step", list(Step))
def test_a_person_can_be_asked_for_at_every_step(step: Step) -> None:
    known = talk_at(step, service="registro", mode="presencial", target="a1", day=TODAY + timedelta(days=1))
    world = FakeWorld(mine=[Own("a1", "registro", at=at(TODAY, 12), mode="presencial")])

    assert ids(hear(scene(known, world), "zzzz", tapped=True))[0:1] != []
    assert "person" in ids(hear(scene(known, world), "zzzz", tapped=True))
    assert hear(scene(known, world), "quiero hablar con una persona").act == AskPerson()


def test_who_is_not_understood_twice_is_offered_a_person_first() -> None:
    first = hear(scene(talk_at()), "xyzzy")
    second = say(first, "plugh")

    assert keys(first)[0] == "not_understood"
    assert (keys(second)[0], ids(second)[0]) == ("not_understood_person", "person")


@pytest.mark.parametrize(
    ("words", "service"),
    [
        ("Vull fer el REGISTRE de documents", "registro"),
        ("familia numerossa", "familia_numerosa"),  # a slip
        ("large families", "familia_numerosa"),  # another ending
        ("título", "familia_numerosa"),
        ("تسجيل", "registro"),
        ("presentar unos papeles", "registro"),
    ],
)
def test_services_are_understood_in_any_language_and_with_slips(words: str, service: str) -> None:
    assert hear(scene(talk_at()), words).talk.draft.service == service


def test_words_of_two_services_are_asked_about() -> None:
    reply = hear(scene(talk_at()), "uniones de hecho o familia numerosa")

    assert keys(reply) == ["did_you_mean"]
    assert {"service:uniones_de_hecho", "service:familia_numerosa", "person"} <= set(ids(reply))


def test_what_to_bring_is_told_and_the_way_goes_on_from_there() -> None:
    reply = hear(scene(talk_at()), "¿qué tengo que llevar para el registro de documentos?")

    assert keys(reply) == ["here_presencial", "bring", "ask.when"]
    assert reply.talk.draft.service == "registro"


def test_what_is_not_done_here_is_said() -> None:
    asked = hear(scene(talk_at()), "¿se hace aquí lo del taxi?")
    wanted = hear(scene(talk_at()), "autorización de taxi")

    assert keys(asked)[0] == keys(wanted)[0] == "not_here"
    assert "service:taxi" not in ids(asked)


def test_the_question_about_a_service_asks_which_when_none_is_named() -> None:
    which = hear(scene(talk_at()), "¿qué documentos hacen falta?")
    told = hear(scene(which.talk), "service:registro", tapped=True)

    assert keys(which) == ["ask.know"]
    assert keys(told) == ["here_presencial", "bring", "ask.when"]


def test_an_option_may_be_answered_by_its_number() -> None:
    assert hear(scene(talk_at()), "2.").talk.draft.service == "familia_numerosa"


def test_a_number_is_an_hour_where_hours_are_asked() -> None:
    tomorrow = TODAY + timedelta(days=1)
    asked = talk_at(Step.HOUR, service="registro", mode="presencial", day=tomorrow)

    both = hear(scene(asked), "a las 5")
    one = hear(scene(asked), "5.30")

    assert ids(both)[:2] == [f"hour:{FakeWorld().local(at(tomorrow, 17, m)).isoformat()}" for m in (0, 30)]
    assert one.act == Hold("registro", "presencial", FakeWorld().local(at(tomorrow, 17, 30)))


def test_more_days_and_hours_can_be_asked_for() -> None:
    when = hear(scene(talk_at()), "registro")
    more_days = hear(scene(when.talk), next(i for i in ids(when) if i.startswith("days:")), tapped=True)
    hour = hear(scene(more_days.talk), ids(more_days)[0], tapped=True)
    more_hours = hear(scene(hour.talk), next(i for i in ids(hour) if i.startswith("hours:")), tapped=True)

    assert not set(ids(more_days)) & {i for i in ids(when) if i.startswith("day:")}
    assert not set(ids(more_hours)) & {i for i in ids(hour) if i.startswith("hour:")}
    assert "now" not in ids(more_days)


def test_a_number_means_what_the_page_shows_after_more_days() -> None:
    when = hear(scene(talk_at()), "registro")
    more = hear(scene(when.talk), next(i for i in ids(when) if i.startswith("days:")), tapped=True)

    assert say(more, "1").talk.draft.day is not None
    assert f"day:{say(more, '1').talk.draft.day}" == ids(more)[0]


@pytest.mark.parametrize(
    ("words", "ahead"),
    [
        ("mañana", 1),
        ("pasado mañana", 2),
        ("demà", 1),
        ("el viernes que viene", 4),
        ((TODAY + timedelta(days=3)).strftime("%d/%m"), 3),
        ("dijous", 3),
        (f"el {(TODAY + timedelta(days=2)).day} de noviembre", 2),
    ],
)
def test_days_are_understood(words: str, ahead: int) -> None:
    reply = hear(scene(talk_at(Step.WHEN, service="registro", mode="presencial")), words)

    assert reply.talk.draft.day == TODAY + timedelta(days=ahead)


def test_a_day_without_hours_is_said_and_others_are_offered() -> None:
    reply = hear(scene(talk_at(Step.WHEN, service="registro", mode="presencial")), "24/12")

    assert keys(reply)[0] == "day_full"
    assert reply.talk.step is Step.WHEN


def test_a_cancellation_is_asked_about_and_carried_out() -> None:
    world = FakeWorld(mine=[Own("t1", "registro", code="A001", mode="presencial")])
    sure = hear(scene(talk_at(), world), "no puedo ir, quiero anular")
    kept, gone = say(sure, "no", world), say(sure, "sí, claro", world)

    assert keys(sure) == ["ask.sure_turn"]
    assert kept.act is None
    assert gone.act == Cancel("t1")


def test_a_yes_to_an_earlier_question_cancels_nothing_else() -> None:
    mine = [Own(name, "registro", code=f"A00{name[1]}", mode="presencial") for name in ("t1", "t2")]
    world = FakeWorld(mine=mine)
    which = hear(scene(talk_at(), world), "anular")
    first = hear(scene(which.talk, world), "own:t1", tapped=True)
    second = hear(scene(first.talk, world), "own:t2", tapped=True)

    old = hear(scene(second.talk, world), ids(first)[0], tapped=True)
    meant = hear(scene(second.talk, world), ids(second)[0], tapped=True)

    assert old.act is None
    assert keys(old) == ["gone", "ask.sure_turn"]
    assert meant.act == Cancel("t2")


def test_of_several_the_one_to_move_is_asked_for_and_turns_are_not_moved() -> None:
    mine = [
        Own("t1", "registro", code="A001", mode="presencial"),
        Own("a1", "registro", at=at(TODAY, 12), mode="presencial"),
        Own("a2", "familia_numerosa", at=at(TODAY, 13), mode="video"),
    ]
    world = FakeWorld(mine=mine)
    which = hear(scene(talk_at(), world), "quiero cambiar mi cita")
    when = say(which, "la de familia numerosa", world)
    hour = say(when, "mañana", world)
    moved = say(hour, "11:00", world)

    assert [i for i in ids(which) if i.startswith("own:")] == ["own:a1", "own:a2"]
    assert (when.talk.draft.aim, when.talk.draft.mode) == (Aim.MOVE, "video")
    assert moved.act == Move("a2", "video", at(TODAY + timedelta(days=1), 11))


def test_who_has_nothing_is_told_where_it_can_be_changed() -> None:
    assert keys(hear(scene(talk_at()), "anular"))[0] == "nothing_of_yours"


def test_the_way_from_a_held_slot_to_a_booking() -> None:
    hour = talk_at(Step.HOUR, service="registro", mode="presencial", day=TODAY + timedelta(days=1))
    held = done(scene(hour), ACTS[1], Outcome(target="a1", values={"minutes": 10}))
    contact = hear(scene(held.talk), "ana@example.org")
    code = done(scene(contact.talk), contact.act or AskPerson(), Outcome(target="a1"))
    confirm = hear(scene(code.talk), "es el 123 456")
    booked = done(scene(confirm.talk), confirm.act or AskPerson(), Outcome(target="a1"))

    assert keys(held) == ["done.held", "ask.contact"]
    assert contact.act == GiveContact("a1", "ana@example.org")
    assert confirm.act == Confirm("a1", "123456")
    assert keys(booked) == ["done.booked", "bring", "ask.more"]


def test_a_contact_is_not_taken_for_a_wish() -> None:
    contact = talk_at(Step.CONTACT, service="registro", mode="presencial", target="a1")

    assert hear(scene(contact), "persona@example.org").act == GiveContact("a1", "persona@example.org")


def test_options_of_an_old_message_start_nothing_that_is_not_known() -> None:
    for old in ("day:2026-11-30", "hour:2026-11-30T10:00:00+00:00", "yes", "own:a9", "now", "again", "mode:video"):
        reply = hear(scene(talk_at()), old, tapped=True)
        assert reply.act is None
        assert keys(reply)[-1] == "ask.service"


@pytest.mark.parametrize("act", ACTS, ids=lambda act: type(act).__name__)
@pytest.mark.parametrize(
    "code", ["slot_full", "hold_over", "bad_contact", "closed", "unavailable", "illegal_transition"]
)
def test_nothing_that_fails_is_a_dead_end(act: Act, code: str) -> None:
    known = talk_at(Step.CODE, service="registro", mode="presencial", target="a1", day=TODAY + timedelta(days=1))
    reply = done(scene(known), act, Outcome(code=code, retry_at=MONDAY_MORNING))

    assert keys(reply)[:2] == [f"problems.{code}", "try_at"]
    assert len(reply.options) >= 2
    assert "person" in ids(reply)


TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["registro", "familia", "mañana", "10:30", "2", "sí", "no", "anular", "cambiar mi cita", "vídeo"]),
)


@given(st.lists(st.tuples(TEXTS, st.booleans()), max_size=12), st.integers(0, 8), st.booleans())
def test_whatever_is_said_there_is_an_answer_with_a_person_in_reach(
    said: list[tuple[str, bool]], free_days: int, admitted: bool
) -> None:
    mine = [Own("a1", "registro", at=at(TODAY, 12), mode="presencial")]
    world = FakeWorld(free_days=free_days, turn=Now(admitted=admitted), mine=mine)
    reply = greet(scene(talk_at(), world))
    for text, tapped in said:
        chosen = reply.options[len(text) % len(reply.options)].id if tapped and reply.options else text
        reply = hear(scene(reply.talk, world), chosen, tapped=tapped)
        if reply.act is not None:
            reply = done(scene(reply.talk, world), reply.act, Outcome(target="a1", values={"minutes": 5}))
            continue
        assert reply.says
        assert "person" in ids(reply)


@given(st.lists(st.sampled_from(list(TalkAction)), max_size=8))
def test_hands_change_by_the_table_only(actions: list[TalkAction]) -> None:
    talk = talk_at()
    for action in actions:
        try:
            talk, event = talk.apply(action, at=MONDAY_MORNING, actor="agent:a", agent="a")
        except IllegalTransition:
            continue
        assert (talk.agent != "") == (talk.answering is Answering.PERSON)
        assert event.body["answering"] == str(talk.answering)


def test_the_language_is_heard_from_the_first_words() -> None:
    offered = ["es", "ca", "en", "ar"]

    assert LEXICON.language_of("I would like an appointment please", offered, "es") == "en"
    assert LEXICON.language_of("Voldria demanar una cita si us plau", offered, "es") == "ca"
    assert LEXICON.language_of("أريد موعدا", offered, "es") == "ar"
    assert LEXICON.language_of("A001", offered, "ca") == "ca"


def _likeness_in_full(said: str, known: str) -> float:
    if said == known:
        return 1.0
    shorter = min(len(said), len(known))
    if shorter < 4:
        return 0.0
    common = next((n for n in range(shorter) if said[n] != known[n]), shorter)
    if common >= max(5, shorter - 2):
        return 0.85
    return 0.7 if shorter >= 5 and SequenceMatcher(None, said, known).ratio() >= 0.84 else 0.0


@given(st.text("abcr", min_size=1, max_size=9), st.text("abcr", min_size=1, max_size=9))
def test_the_short_cuts_of_likeness_change_nothing(said: str, known: str) -> None:
    assert likeness(said, known) == _likeness_in_full(said, known)


def test_more_time_and_news_are_offered_only_where_they_can_be() -> None:
    waiting = FakeWorld(mine=[Own("t1", "registro", "R001", can_wait=True)], told=True)
    delayed = FakeWorld(mine=[Own("t1", "registro", "R001")], told=False)
    on_the_portal = FakeWorld(mine=[Own("t1", "registro", "R001")])

    offered = [ids(scene(talk_at(Step.DONE), world).ask()) for world in (waiting, delayed, on_the_portal)]

    wanted = {"later:t1:0", "mute", "tell"}
    assert [wanted & set(options) for options in offered] == [{"later:t1:0", "mute"}, {"tell"}, set()]


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("10 minutos más, por favor", Delay("t1")),
        ("I am running late", Delay("t1")),
        ("necessito més temps", Delay("t1")),
        ("أحتاج إلى وقت إضافي", Delay("t1")),
        ("no me avise más", TellHere(wanted=False)),
        ("stop notices", TellHere(wanted=False)),
        ("no vull avisos", TellHere(wanted=False)),
        ("لا أريد إشعارات", TellHere(wanted=False)),
        ("quiero avisos", TellHere(wanted=True)),
        ("tell me here", TellHere(wanted=True)),
    ],
)
def test_more_time_and_news_are_asked_for_in_words(words: str, act: Act) -> None:
    world = FakeWorld(mine=[Own("t1", "registro", "R001", can_wait=True)], told=True)

    assert hear(scene(talk_at(Step.DONE), world), words).act == act


def test_an_answer_to_a_notice_keeps_the_place_in_the_conversation() -> None:
    talk = talk_at(Step.HOUR, service="registro", mode="presencial", day=TODAY + timedelta(days=1))

    wanted = hear(scene(talk), "seen:n1", tapped=True)
    reply = done(scene(talk), Seen("n1"), Outcome())

    assert wanted.act == Seen("n1")
    assert reply.talk == talk
