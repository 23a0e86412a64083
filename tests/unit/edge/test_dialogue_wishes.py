"""What people say besides the name of a service: what to bring, when to come, where the office is, thank you."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from edge.domain.assistant.conversation import Conversation, Step
from edge.domain.assistant.dialogue import greet, hear
from edge.domain.assistant.prompts import Reply, Scene
from edge.domain.assistant.world import Due, Now, Own, Standing
from tests.fakes.assistant import REGISTRY, TODAY, FakeWorld, at
from tests.fixtures.clocks import MONDAY_MORNING
from tests.unit.edge.test_dialogue import LEXICON

TOMORROW = TODAY + timedelta(days=1)
BRING = ["¿qué tengo que traer?", "què he de dur?", "what do I need to bring?", "ما الذي يجب إحضاره؟"]


def scene(reply: Reply | Conversation, world: FakeWorld | None = None) -> Scene:
    talk = reply.talk if isinstance(reply, Reply) else reply
    return Scene(talk, world or FakeWorld(), LEXICON)


def talk_at(step: Step = Step.SERVICE, **draft: object) -> Conversation:
    return Conversation("c1", "web", "es", MONDAY_MORNING, MONDAY_MORNING).to(step, **draft)


def keys(reply: Reply) -> list[str]:
    return [said.key for said in reply.says]


def hours(reply: Reply) -> list[int]:
    world = FakeWorld()
    return [
        world.local(at).hour
        for option in reply.options
        if isinstance(at := option.values.get("at"), type(MONDAY_MORNING))
    ]


# --- what to bring ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", BRING)
def test_what_to_bring_for_the_service_that_was_chosen_is_told_without_losing_the_place(words: str) -> None:
    at_hour = talk_at(Step.HOUR, service="registro", mode="presencial", day=TOMORROW)

    reply = hear(scene(at_hour), words)

    assert keys(reply) == ["here_presencial", "bring", "ask.hour"]
    assert reply.talk.draft == at_hour.draft


@pytest.mark.parametrize(
    "words",
    [
        "¿qué hay que traer para el registro?",
        "que documentación necesito para registro",
        "què cal portar per al registre",
    ],
)
def test_what_to_bring_for_a_named_service_is_no_booking_yet(words: str) -> None:
    reply = hear(scene(talk_at()), words)

    assert keys(reply)[:2] == ["here_presencial", "bring"]


def test_a_service_without_a_list_says_so() -> None:
    reply = hear(scene(talk_at()), "¿qué hay que traer para familia numerosa?")

    assert keys(reply)[:2] == ["here_both", "bring_unknown"]


# --- when to come -----------------------------------------------------------------------------------------------------


def test_a_day_said_with_the_service_is_kept_through_the_question_of_the_modality() -> None:
    mode = hear(scene(talk_at()), "quiero una cita de familia numerosa para mañana por la tarde")
    hour = hear(scene(mode), "en la oficina")

    assert (mode.talk.step, mode.talk.draft.service) == (Step.MODE, "familia_numerosa")
    assert (hour.talk.step, hour.talk.draft.day) == (Step.HOUR, TOMORROW)
    assert min(hours(hour)) >= 14


def test_a_day_said_before_the_service_waits_for_it() -> None:
    which = hear(scene(talk_at()), "quiero una cita para mañana por la tarde")
    hour = hear(scene(which), "registro")

    assert keys(which) == ["for_day", "ask.service"]
    assert (hour.talk.step, hour.talk.draft.service, hour.talk.draft.day) == (Step.HOUR, "registro", TOMORROW)


def test_a_day_said_where_the_modality_is_asked_keeps_the_service() -> None:
    asked = hear(scene(talk_at()), "familia numerosa")
    reply = hear(scene(asked), "quiero una cita para mañana por la tarde")

    assert keys(reply) == ["for_day", "ask.mode"]
    assert reply.talk.draft.service == "familia_numerosa"


def test_a_modality_said_with_the_service_is_not_asked_for() -> None:
    reply = hear(scene(talk_at()), "familia numerosa por videollamada mañana")

    assert (reply.talk.step, reply.talk.draft.mode, reply.talk.draft.day) == (Step.HOUR, "video", TOMORROW)


@pytest.mark.parametrize(("words", "least", "most"), [("mañana por la mañana", 9, 13), ("demà a la tarda", 14, 18)])
def test_a_part_of_the_day_shows_its_hours(words: str, least: int, most: int) -> None:
    reply = hear(scene(talk_at(Step.WHEN, service="registro", mode="presencial")), words)

    assert reply.talk.draft.day == TOMORROW
    assert least <= min(hours(reply)) <= max(hours(reply)) <= most


def test_a_part_of_the_day_without_hours_is_said_and_the_others_are_shown() -> None:
    reply = hear(
        scene(talk_at(Step.WHEN, service="registro", mode="presencial"), FakeWorld(until=12)), "mañana por la tarde"
    )

    assert keys(reply) == ["no_afternoon", "ask.hour"]
    assert hours(reply)


@pytest.mark.parametrize(
    "words", ["cita", "una cita por favor", "book", "I'd like to book", "أريد موعد", "vull hora", "pedir turno"]
)
def test_the_plain_wish_for_an_appointment_is_understood(words: str) -> None:
    reply = hear(scene(talk_at()), words)

    assert keys(reply) == ["ask.service"]
    assert reply.talk.misses == 0


def test_a_wish_for_an_appointment_after_the_service_asks_only_for_the_rest() -> None:
    reply = hear(scene(talk_at(Step.WHEN, service="registro", mode="presencial")), "quiero cita")

    assert keys(reply) == ["ask.when"]


# --- the office -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "¿a qué hora abrís?",
        "qué horario tenéis",
        "quin horari feu",
        "when do you open?",
        "opening hours",
        "متى تفتحون؟",
    ],
)
def test_the_hours_are_told(words: str) -> None:
    assert keys(hear(scene(talk_at()), words)) == ["hours_open", "ask.service"]


def test_the_hours_of_a_day_are_told() -> None:
    tomorrow = hear(scene(talk_at()), "¿a qué hora abren mañana?")
    sunday = hear(scene(talk_at()), "¿abren el domingo?")

    assert (keys(tomorrow)[0], tomorrow.says[0].values["day"]) == ("hours_day", TOMORROW)
    assert keys(sunday)[0] == "hours_shut"


@pytest.mark.parametrize(
    "words", ["¿dónde estáis?", "dirección", "on sou?", "where are you?", "what is the address", "أين المكتب؟"]
)
def test_the_place_is_told(words: str) -> None:
    assert keys(hear(scene(talk_at()), words)) == ["place", "ask.service"]


def test_the_wait_is_told_of_the_service_or_of_all() -> None:
    chosen = talk_at(Step.WHEN, service="registro", mode="presencial")

    assert keys(hear(scene(chosen), "¿cuánto hay que esperar?")) == ["wait_of", "ask.when"]
    assert keys(hear(scene(talk_at()), "how long is the wait?")) == ["wait_any", "ask.service"]
    assert (
        keys(hear(scene(talk_at(), FakeWorld(turn=Now(admitted=False))), "quanta estona d'espera hi ha"))[0]
        == "wait_shut"
    )
    assert keys(hear(scene(talk_at(), FakeWorld(turn=Now(admitted=True))), "كم مدة الانتظار"))[0] == "wait_unknown"


@pytest.mark.parametrize("words", ["gracias", "muchas gracias!", "gràcies", "thanks", "شكرا"])
def test_thanks_are_understood_wherever_one_stands(words: str) -> None:
    for step in (Step.SERVICE, Step.WHEN, Step.DONE):
        reply = hear(scene(talk_at(step, service="registro", mode="presencial")), words)
        assert keys(reply)[0] == "welcome"
        assert reply.talk.step is step
        assert reply.talk.misses == 0


def test_thanks_with_a_wish_is_the_wish() -> None:
    assert hear(scene(talk_at()), "registro, gracias").talk.draft.service == "registro"


def test_a_greeting_is_no_miss() -> None:
    assert keys(hear(scene(greet(scene(talk_at())).talk), "hola, buenos días")) == ["ask.service"]


def test_the_article_of_an_arabic_name_makes_no_difference() -> None:
    assert hear(scene(talk_at()), "شهادة رقمية").talk.draft.service == "certificado"
    assert hear(scene(talk_at()), "الشهادة الرقمية").talk.draft.service == "certificado"


def test_an_hour_that_names_no_day_is_no_question_about_opening() -> None:
    asked = talk_at(Step.HOUR, service="registro", mode="presencial", day=date.fromordinal(TOMORROW.toordinal()))

    assert hear(scene(asked), "a las 10:30").act is not None


@pytest.mark.parametrize("words", ["كم يجب أن أنتظر؟", "كم سأنتظر؟", "كم من الوقت علي أن أنتظر"])
def test_the_wait_is_asked_for_in_arabic_as_people_say_it(words: str) -> None:
    assert keys(hear(scene(talk_at()), words)) == ["wait_any", "ask.service"]


def test_a_question_about_the_wait_of_a_service_is_answered_before_any_day_is_asked_for() -> None:
    reply = hear(scene(talk_at()), "كم يجب أن أنتظر لتسجيل الوثائق؟")

    assert keys(reply) == ["wait_of", "ask.service"]
    assert reply.says[0].values["service"] == REGISTRY.names


# --- how one's own turn stands ----------------------------------------------------------------------------------------

MINE = [Own("t1", "registro", "B026", mode="presencial")]
BETWEEN = Standing(12, Due.BETWEEN, at(TODAY, 10, 23), at(TODAY, 10, 43))
ASKED = [
    "¿cuánto me queda?",
    "¿cuánto falta para mi turno?",
    "¿cuánto tengo que esperar?",
    "quant em queda?",
    "how long until my turn?",
    "when will I be called?",
    "كم بقي لي؟",
    "متى دوري؟",
]


@pytest.mark.parametrize("words", ASKED)
def test_who_has_a_turn_is_told_how_it_stands(words: str) -> None:
    reply = hear(scene(talk_at(), FakeWorld(mine=MINE, stands={"t1": BETWEEN})), words)

    assert keys(reply) == ["stand.many", "stand.between", "ask.more"]
    assert dict(reply.says[0].values) == {"code": "B026", "n": 12}
    assert dict(reply.says[1].values) == {"start": BETWEEN.start, "end": BETWEEN.end}


def test_it_is_told_on_the_way_to_another_service_without_losing_the_place() -> None:
    at_hour = talk_at(Step.HOUR, service="familia_numerosa", mode="presencial", day=TOMORROW)

    reply = hear(scene(at_hour, FakeWorld(mine=MINE, stands={"t1": BETWEEN})), "¿cuánto me queda?")

    assert keys(reply) == ["stand.many", "stand.between", "ask.hour"]
    assert reply.talk.draft == at_hour.draft


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing(0, Due.SOON), ["stand.nobody", "stand.soon"]),
        (Standing(1, Due.SOON, come_by=at(TODAY, 11)), ["stand.one", "stand.if_soon", "stand.come"]),
        (Standing(1, Due.UNKNOWN, come_by=at(TODAY, 11)), ["stand.one", "stand.unknown", "stand.come"]),
        (Standing(desk="3"), ["stand.called"]),
    ],
)
def test_each_state_of_a_turn_has_its_words(standing: Standing, said: list[str]) -> None:
    reply = hear(scene(talk_at(), FakeWorld(mine=MINE, stands={"t1": standing})), "¿cuánto me queda?")

    assert keys(reply)[:-1] == said


def test_a_question_about_another_service_and_of_who_has_no_turn_is_no_question_about_ones_own() -> None:
    mine = FakeWorld(mine=MINE, stands={"t1": BETWEEN})

    assert keys(hear(scene(talk_at(), mine), "¿cuánto hay que esperar para familia numerosa?"))[0] == "wait_of"
    assert keys(hear(scene(talk_at(), mine), "¿cuánto hay que esperar para el registro?"))[0] == "stand.many"
    assert keys(hear(scene(talk_at()), "¿cuánto falta para mi turno?")) == ["nothing_of_yours", "ask.service"]
    assert keys(hear(scene(talk_at(), FakeWorld(mine=MINE)), "¿cuánto tengo que esperar?"))[0] == "wait_any"


# --- who does not hear ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "¿tienen intérprete de lengua de signos?",
        "soy sordo",
        "sóc sorda",
        "I am deaf",
        "do you have sign language?",
        "أنا أصم",
        "هل لديكم مترجم لغة الإشارة؟",
    ],
)
def test_who_does_not_hear_is_told_what_works_and_offered_a_person_first(words: str) -> None:
    at_hour = talk_at(Step.HOUR, service="registro", mode="presencial", day=TOMORROW)

    first, on_the_way = hear(scene(talk_at()), words), hear(scene(at_hour), words)

    assert keys(first) == ["in_writing", "ask.service"]
    assert keys(on_the_way) == ["in_writing", "ask.hour"]
    assert first.options[0].id == "person"
    assert [option.id for option in first.options].count("person") == 1
    assert on_the_way.talk.draft == at_hour.draft
