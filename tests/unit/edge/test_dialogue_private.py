"""Who says that somebody hurts them is offered a person and the private service, and nothing else by mistake."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from edge.domain.assistant.conversation import Step
from edge.domain.assistant.dialogue import hear
from edge.domain.assistant.world import AskPerson, Topic
from tests.fakes.assistant import FakeWorld
from tests.unit.edge.test_dialogue import ids, keys, say, scene, talk_at

GENERAL = Topic(
    "informacion",
    {"es": "Información general", "ca": "Informació general", "en": "General information", "ar": "معلومات عامة"},
    modes=("presencial",),
)
ALONE = Topic("atencion_en_privado", {"es": "Atención en privado"}, modes=("presencial",), private=True)


class PrivateWorld(FakeWorld):
    """An office that also has a service whose name is like a sensitive word, and one to talk in private."""

    def topics(self) -> Sequence[Topic]:
        return [*super().topics(), GENERAL, ALONE]


class OtherWorld(FakeWorld):
    """An office whose region has no service to talk in private."""

    def topics(self) -> Sequence[Topic]:
        return [*super().topics(), GENERAL]


SENSITIVE = [
    "violencia de género",
    "VIOLENCIA DE GENERO",
    "violencia machista",
    "me maltratan",
    "mi marido me pega, quiero una cita",
    "no puedo ir a casa, mi marido me pega",
    "violència de gènere",
    "em maltracten a casa",
    "domestic violence",
    "gender violence",
    "my husband hits me",
    "العنف ضد المرأة",
    "زوجي يضربني",
]


@pytest.mark.parametrize("words", SENSITIVE)
@pytest.mark.parametrize("step", [Step.SERVICE, Step.WHEN, Step.CONTACT, Step.DONE])
def test_a_person_and_the_private_service_are_offered_at_once(words: str, step: Step) -> None:
    reply = hear(scene(talk_at(step, service="registro", mode="presencial"), PrivateWorld()), words)

    assert keys(reply) == ["private_matter"]
    assert ids(reply)[:2] == ["person", "service:atencion_en_privado"]
    assert (reply.talk.step, reply.act) == (step, None)


@pytest.mark.parametrize("words", SENSITIVE)
def test_an_office_without_the_service_offers_a_person(words: str) -> None:
    assert ids(hear(scene(talk_at(), OtherWorld()), words)) == ["person", "restart"]


@pytest.mark.parametrize("words", ["género", "genero", "generos", "gènere", "gender"])
def test_a_sensitive_word_is_like_no_other_word(words: str) -> None:
    reply = hear(scene(talk_at(), PrivateWorld()), words)

    assert reply.talk.draft.service == ""
    assert keys(reply)[0] == "not_understood"


@pytest.mark.parametrize("words", ["general", "información general", "informaciones", "informacio general"])
def test_the_service_with_a_like_name_is_still_understood(words: str) -> None:
    assert hear(scene(talk_at(), PrivateWorld()), words).talk.draft.service == "informacion"


def test_who_asks_for_a_person_too_gets_one() -> None:
    assert hear(scene(talk_at(), PrivateWorld()), "mi marido me pega, quiero hablar con una persona").act == AskPerson()


def test_the_private_service_is_gone_on_with_from_there() -> None:
    offered = hear(scene(talk_at(), PrivateWorld()), "violencia machista")

    chosen = hear(scene(offered.talk, PrivateWorld()), "service:atencion_en_privado", tapped=True)

    assert (chosen.talk.draft.service, chosen.talk.step) == ("atencion_en_privado", Step.WHEN)
    assert say(offered, "familia numerosa", PrivateWorld()).talk.draft.service == "familia_numerosa"
