"""The survey, notes, variants, the action plan and the list of what is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from edge.adapters.sqlite.retention import FOUND
from edge.domain.errors import BadInput, Conflict
from edge.domain.notes import LONGEST, NoteKind, personal, read_note
from edge.domain.plans import Action, Progress, Term, changes, same_version, with_action, without
from edge.domain.retention import RULES
from edge.domain.survey import Answer, Question, ballot, checked, groups, summaries
from edge.domain.variants import BASE, VariantBy, Variants, variant_of

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
QUESTIONS = (Question("attention", "scale", {}), Question("solved", "yes_no", {}))


def answers(channel: str, *marks: int) -> list[Answer]:
    return [Answer("2026-11-23", channel, "dni", "base", {"attention": mark}) for mark in marks]


# --- survey ---------------------------------------------------------------------------------------------------------


def test_a_question_may_be_left_out() -> None:
    assert checked({"attention": "4"}, QUESTIONS) == {"attention": 4}
    assert checked({"solved": "5"}, QUESTIONS) == {"solved": 5}


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ({}, "survey_empty"),
        ({"attention": "6"}, "bad_mark"),
        ({"attention": "٣"}, "bad_mark"),
        ({"solved": "3"}, "bad_mark"),
    ],
)
def test_a_form_that_cannot_be_is_refused(marks: dict[str, str], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked(marks, QUESTIONS)

    assert refused.value.code == code


def test_fewer_than_five_answers_tell_nothing() -> None:
    few, none = summaries(answers("web", 1, 2, 3, 4), ["attention"]), summaries([], ["attention"])

    assert (few[0].n, few[0].mean_percent, few[0].marks) == (None, None, (None,) * 5)
    assert none[0].n == 0


def test_a_mark_that_few_gave_is_not_told_and_cannot_be_found_by_subtraction() -> None:
    summary = summaries(answers("web", *[5] * 10, *[4] * 6, 1), ["attention"])[0]

    assert (summary.n, summary.mean_percent) == (17, 441)
    assert summary.marks == (None, 0, 0, None, 10)


def test_channels_with_few_answers_are_left_out_with_the_next_smallest() -> None:
    said = answers("web", *[5] * 9) + answers("paper", 1, 2) + answers("board", *[4] * 6)

    found = groups(said, {"web": 40, "paper": 10, "board": 20}, "attention")

    assert found == {"web": (40, 9, 45), "": (70, 17, 72)}


def test_a_ballot_is_of_one_turn_and_one_office() -> None:
    assert ballot(b"k", "t1") == ballot(b"k", "t1")
    assert len({ballot(b"k", "t1"), ballot(b"k", "t2"), ballot(b"j", "t1")}) == 3


# --- notes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Llamar al 612 34 56 78 mañana", "note_has_phone"),
        ("tel. +34 912.345.678", "note_has_phone"),
        ("0034612345678", "note_has_phone"),
        ("Escribir a ana.perez@example.org", "note_has_mail"),
        ("DNI 12345678Z", "note_has_document"),
        ("dni 12.345.678-z", "note_has_document"),
        ("NIE X1234567L", "note_has_document"),
        ("pasaporte AAA123456", "note_has_document"),
        ("ES91 2100 0418 4502 0005 1332", "note_has_account"),
    ],
)
def test_what_looks_like_a_person_is_found(text: str, code: str) -> None:
    assert personal(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "A las 10:30 había 45 personas en la cola A.",
        "El turno A012 esperó 25 minutos; el puesto 3 estaba cerrado desde las 9.",
        "Versión 2026.11.23 instalada, 1.200 turnos en la semana",
        "Falta papel en ticket-1 (80 mm), pedir 12 rollos",
        "Del 01/11/2026 al 15/11/2026 hubo 3 incidencias",
    ],
)
def test_what_happens_in_an_office_may_be_written(text: str) -> None:
    assert personal(text) == ""


def test_a_note_keeps_tags_and_loses_control_characters() -> None:
    note = read_note(
        "n",
        at=NOW,
        author="agent:a",
        kind="incident",
        tags="#Impresora, citas citas",
        text="Sin\x00 papel\u202e.\r\n\r\n\r\n\r\nYa va.",
    )

    assert (note.kind, note.tags, note.text) == (NoteKind.INCIDENT, ("impresora", "citas"), "Sin papel.\n\nYa va.")
    assert note.expires_at == NOW + timedelta(days=396)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"text": "  \x00 "}, "note_empty"),
        ({"text": "a" * (LONGEST + 1)}, "note_too_long"),
        ({"kind": "gossip"}, "bad_note_kind"),
        ({"turn": "12"}, "bad_turn_code"),
        ({"turn": "612345678"}, "bad_turn_code"),
        ({"tags": "a b c d e f"}, "bad_tag"),
        ({"tags": "<b>"}, "bad_tag"),
        ({"tags": "612345678"}, "note_has_phone"),
    ],
)
def test_a_note_that_cannot_be_is_refused(facts: dict[str, str], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_note("n", at=NOW, author="a", **{"kind": "note", "tags": "", "text": "Algo", **facts})

    assert refused.value.code == code


# --- variants -------------------------------------------------------------------------------------------------------


def test_weeks_alternate_from_monday_to_sunday() -> None:
    plan = Variants(VariantBy.WEEK, ("base", "fast"), date(2026, 11, 18))  # a Wednesday

    days = [date(2026, 11, 15) + timedelta(days=n) for n in range(16)]

    assert [variant_of(day, plan) for day in days] == [BASE] * 3 + ["base"] * 5 + ["fast"] * 7 + ["base"]


def test_an_office_keeps_its_variant() -> None:
    plan = Variants(VariantBy.OFFICE, ("fast",), date(2026, 11, 18))

    assert [variant_of(date(2026, 11, day), plan) for day in (17, 18, 30)] == [BASE, "fast", "fast"]


# --- the plan -------------------------------------------------------------------------------------------------------


def test_the_history_says_what_changed() -> None:
    before = (Action("a", Term.SHORT, "Uno"), Action("b", Term.LONG, "Dos"))
    after = with_action(without(before, "b"), Action("c", Term.MEDIUM, "Tres"))
    after = with_action(after, Action("a", Term.SHORT, "Uno", progress=Progress.DONE))

    found = [(c.kind, c.action, c.field, c.was, c.now) for c in changes(before, after)]

    assert found == [
        ("removed", "b", "", "", ""),
        ("changed", "a", "progress", "planned", "done"),
        ("added", "c", "", "", ""),
    ]


def test_an_action_names_no_person_and_no_old_version_is_overwritten() -> None:
    with pytest.raises(BadInput) as refused:
        with_action((), Action("a", Term.SHORT, "Preguntar en ana@example.org"))
    with pytest.raises(Conflict):
        same_version(1, 2)

    assert refused.value.code == "note_has_mail"


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_for_every_rule_it_is_known_how_its_rows_are_found() -> None:
    assert [rule.what for rule in RULES] == list(FOUND)
