"""What is said, in which languages and in which order."""

from __future__ import annotations

import pytest

from kiosk.presenters.announcements import Announcement, AnnouncementQueue, Line, announcement, spell
from tests.unit.kiosk.boards import MESSAGES, call


@pytest.mark.parametrize(("text", "said"), [("A012", "A 0 1 2"), ("7K2M-9QXP", "7 K 2 M 9 Q X P"), ("", "")])
def test_codes_are_spelled(text: str, said: str) -> None:
    assert spell(text) == said


def test_a_call_is_said_in_the_languages_of_the_office_in_order() -> None:
    item = announcement(call(12), ["ca", "es", "en", "ar"], MESSAGES)

    assert item.lines == (
        Line("ca", "Torn A 0 1 2, taula 3."),
        Line("es", "Turno A 0 1 2, puesto 3."),
        Line("en", "Turn A 0 1 2, desk 3."),
        Line("ar", "الدور A 0 1 2، الشباك 3."),
    )


def test_the_zone_of_the_desk_is_said() -> None:
    item = announcement(call(12, desk="14", zone="Planta 1"), ["es"], MESSAGES)

    assert item.lines == (Line("es", "Turno A 0 1 2, puesto 14. Planta 1."),)


def item(call_id: str, *, is_recall: bool = False) -> Announcement:
    return Announcement(call_id, is_recall, (Line("es", f"{call_id} es"), Line("ca", f"{call_id} ca")))


def test_announcements_come_out_in_order() -> None:
    queue = AnnouncementQueue()
    for name in ("a", "b"):
        queue.push(item(name))

    assert [queue.pop(), queue.pop(), queue.pop()] == [item("a"), item("b"), None]


def test_a_recall_takes_the_place_of_the_call_that_still_waits() -> None:
    queue = AnnouncementQueue()
    for waiting in (item("a"), item("b"), item("a", is_recall=True)):
        queue.push(waiting)

    assert [queue.pop(), queue.pop(), queue.pop()] == [item("a", is_recall=True), item("b"), None]


def test_a_full_queue_drops_the_oldest() -> None:
    queue = AnnouncementQueue(limit=3, short_from=9)
    for name in "abcde":
        queue.push(item(name))

    assert [queue.pop(), queue.pop(), queue.pop()] == [item("c"), item("d"), item("e")]
    assert queue.dropped == 2


def test_while_many_wait_only_the_first_language_is_said() -> None:
    queue = AnnouncementQueue()
    for name in "abc":
        queue.push(item(name))

    said = [queue.pop(), queue.pop()]

    assert [len(one.lines) for one in said if one] == [1, 2]
