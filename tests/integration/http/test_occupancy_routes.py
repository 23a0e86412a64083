"""The page and the API of the count."""

from __future__ import annotations

import pytest
from httpx import Client

from edge.contracts.counting import CameraNow, CountTotals, LineTotal
from edge.runtime.ids import new_ulid
from tests.fakes.office import FakeOffice
from tests.unit.edge.counters import minute, report

PAGES_OF_ROOM = (("/occupancy", "luis"), ("/overview", "luis"), ("/helper", "rosa"))


def count(office: FakeOffice, people_in: int, people_out: int, *, staff_in: int = 0) -> None:
    lines = [
        LineTotal(line="front/main", door=True, people_in=people_in, people_out=people_out),
        LineTotal(line="yard/gate", door=True, people_in=staff_in, people_out=0, staff=True),
    ]
    epoch = new_ulid(office.clock.now())[:10] + "0" * 16
    cameras = [CameraNow(camera="front", health="ok"), CameraNow(camera="yard", health="ok")]
    office.web.occupancy.totals(
        CountTotals(group="hall", epoch=epoch, at=office.clock.now(), lines=lines, cameras=cameras)
    )


def test_the_page_says_how_many_how_sure_and_by_which_doors(office: FakeOffice, log_in) -> None:
    count(office, 130, 100, staff_in=3)

    page = log_in("rosa").get("/occupancy").text

    state = office.web.occupancy.state(health="ok")
    assert f"Casi seguro, entre {state.low} y {state.high}" in page
    assert "Recuento fiable" in page
    assert "front · main" in page
    assert "solo personal" in page
    assert "1,300" in page  # 130 / 100
    assert "Limitar el aforo" not in page  # a helper may not
    assert "Limitar el aforo" in log_in("luis").get("/occupancy").text


@pytest.mark.parametrize(
    ("counting", "room"), [("ok", "Hay sitio"), ("degraded", "No se sabe"), ("unknown", "No se sabe")]
)
def test_no_page_promises_room_while_the_count_is_not_vouched_for(
    office: FakeOffice, log_in, counting: str, room: str
) -> None:
    count(office, 30, 20)
    office.counting = counting

    pages = [log_in(who).get(path).text for path, who in PAGES_OF_ROOM]

    word = "free" if counting == "ok" else "unknown"
    assert all(f'<p class="state-word is-{word}">{room}</p>' in page for page in pages)
    assert all(("Hay sitio" in page) == (counting == "ok") for page in pages)


def test_a_correction_names_its_reason_and_its_author_and_can_be_undone(office: FakeOffice, log_in) -> None:
    count(office, 30, 10)
    rosa = log_in("rosa")

    answer = rosa.form("/occupancy/correct", people="7", staff="2", reason="camera_fault")
    page = rosa.get("/occupancy").text
    undone = rosa.form("/occupancy/undo")

    assert (answer.status_code, answer.headers["location"]) == (303, "/occupancy")
    assert "Corregido a 7 (antes 20" in page
    assert "Rosa · La cámara ha fallado" in page
    assert "Deshacer la corrección" in page
    assert undone.status_code == 303
    assert office.web.occupancy.state(health="ok").people == 20
    assert "Corrección deshecha" in rosa.get("/occupancy").text


def test_an_undo_that_comes_late_is_told_why(office: FakeOffice, log_in) -> None:
    rosa = log_in("rosa")
    rosa.form("/occupancy/correct", people="7")
    office.clock.move(61)

    late = rosa.form("/occupancy/undo")

    assert late.status_code == 409
    assert "solo se puede durante un minuto" in late.text
    assert "Deshacer la corrección" not in rosa.get("/occupancy").text


def test_staff_come_in_and_go_out(office: FakeOffice, log_in) -> None:
    count(office, 30, 10)
    rosa = log_in("rosa")

    rosa.form("/occupancy/staff", people="4", direction="in")
    gone = rosa.post("/api/v1/occupancy/staff", people=1, direction="out").json()

    assert (gone["people"], gone["staff"], gone["visitors"]) == (20, 3, 17)
    page = rosa.get("/occupancy").text
    assert "Personal que entra: 4" in page
    assert "Personal que sale: 1" in page


def test_a_manager_limits_today_and_nobody_else(office: FakeOffice, log_in, phone: Client) -> None:
    count(office, 24, 0)
    luis = log_in("luis")

    limited = luis.form("/occupancy/limit", people="24", reason="distance", for_good="0")
    state = phone.get("/api/v1/occupancy").json()
    above = luis.form("/occupancy/limit", people="41", reason="works", for_good="1")

    assert limited.status_code == 303
    assert (state["capacity"], state["authorised"], state["state"]) == (24, 40, "full")
    assert "24 personas. Distancia entre personas" in luis.get("/occupancy").text
    assert (above.status_code, "mayor que el autorizado" in above.text) == (400, True)
    assert log_in("rosa").form("/occupancy/limit", people="20", reason="works").status_code == 403
    assert log_in("rosa").post("/api/v1/occupancy/limit", people=20, reason="works").status_code == 403
    assert luis.post("/api/v1/occupancy/limit", people=40, reason="back_to_normal").json()["state"] == "free"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("correct", {"people": "-1"}),
        ("correct", {"people": "x"}),
        ("correct", {"people": "3", "reason": "because"}),
        ("correct", {"people": "3", "staff": "many"}),
        ("staff", {"people": "0", "direction": "in"}),
        ("staff", {"people": "1", "direction": "up"}),
        ("limit", {"people": "0", "reason": "works"}),
        ("limit", {"people": "10"}),
    ],
)
def test_what_makes_no_sense_changes_nothing(office: FakeOffice, log_in, path: str, body: dict[str, str]) -> None:
    answer = log_in("luis").form(f"/occupancy/{path}", **body)

    assert answer.status_code == 400
    assert "No hemos entendido" in answer.text
    assert office.web.occupancy.today().notes == ()


def test_more_staff_than_people_are_refused_with_the_reason(office: FakeOffice, log_in) -> None:
    rosa = log_in("rosa")

    page = rosa.form("/occupancy/correct", people="7", staff="9")
    told = rosa.put("/api/v1/occupancy", people=7, staff=9)

    assert (page.status_code, "no puede haber más de personal" in page.text) == (400, True)
    assert (told.status_code, told.json()["code"]) == (400, "staff_above_people")
    assert office.web.occupancy.today().notes == ()


@pytest.mark.parametrize("path", ["/occupancy", "/helper"])
def test_a_number_far_outside_is_asked_about_once(office: FakeOffice, log_in, path: str) -> None:
    rosa = log_in("rosa")
    form = "/occupancy/correct" if path == "/occupancy" else "/helper/occupancy"

    asked = rosa.form(form, people="9999", staff="", reason="group_missed")
    untouched = office.web.occupancy.today().notes
    sure = rosa.form(form, people="9999", staff="", reason="group_missed", sure="1")

    assert asked.status_code == 409
    assert "¿9999 personas? El aforo es 40" in asked.text
    assert f'action="{form}"' in asked.text
    assert 'name="sure" value="1"' in asked.text
    assert f'href="{path}"' in asked.text
    assert untouched == ()
    assert (sure.status_code, sure.headers["location"]) == (303, path)
    assert rosa.get("/api/v1/occupancy").json()["people"] == 9999


def test_programs_say_that_they_are_sure(office: FakeOffice, log_in) -> None:
    rosa = log_in("rosa")

    refused = rosa.put("/api/v1/occupancy", people=41)
    taken = rosa.put("/api/v1/occupancy", people=41, sure=True)
    again = rosa.put("/api/v1/occupancy", people=41)

    assert (refused.status_code, refused.json()["code"]) == (409, "unlikely_count")
    assert (taken.status_code, taken.json()["people"]) == (200, 41)
    assert again.status_code == 200  # the bounds hold it now


def test_agents_and_citizens_do_not_see_the_page(log_in, phone: Client) -> None:
    assert log_in("marta").get("/occupancy").status_code == 403
    assert phone.get("/occupancy").headers["location"] == "/login?next=/occupancy"
    assert phone.get("/api/v1/occupancy/today").status_code == 401


def test_programs_read_the_day(office: FakeOffice, log_in) -> None:
    count(office, 30, 10)
    rosa = log_in("rosa")
    rosa.put("/api/v1/occupancy", people=21, staff=4, reason="group_missed")
    office.web.occupancy.check_closing(office.clock.now(), people_seen=0)

    today = rosa.get("/api/v1/occupancy/today").json()

    assert today["now"]["people"] == 0
    assert today["doors"][0] == {
        "door": "hall/front/main", "people_in": 30, "people_out": 10, "ratio_permille": 3000, "staff": False,
    }  # fmt: skip
    assert [(note["type"], note["reason"]) for note in today["notes"]] == [
        ("occupancy_checked", "closed"),
        ("occupancy_anchored", "group_missed"),
    ]
    assert today["checks"][0]["facts"]["left_over"] == 21
    assert today["can_undo"] is False


def test_a_number_between_empty_and_full_is_not_called_reliable(office: FakeOffice, log_in) -> None:
    count(office, 3000, 2980)

    page = log_in("luis").get("/occupancy").text

    assert "Recuento dudoso" in page
    assert "El margen es más ancho que medio aforo" in page
    assert "Cuente una vez a las personas y corrija" in page


def test_the_drift_of_the_days_is_drawn_and_told(office: FakeOffice, log_in) -> None:
    for people_in in (40, 80):
        count(office, people_in, people_in - 6)
        office.web.occupancy.check_closing(office.clock.now(), people_seen=0)
        office.clock.move(86_400)

    page = log_in("luis").get("/occupancy").text

    assert page.count('<rect class="held"') + page.count('<rect class="missed"') == 2
    assert "El margen acertó en" in page
    assert "2026-11-23" in page


@pytest.mark.parametrize("language", ["es", "ca", "en", "ar"])
def test_the_page_speaks_every_language(office: FakeOffice, log_in, language: str) -> None:
    count(office, 38, 0)
    luis = log_in("luis")
    luis.form("/occupancy/correct", people="7")
    luis.form("/occupancy/staff", people="4", direction="in")
    luis.form("/occupancy/limit", people="5", reason="authority")
    office.web.occupancy.check_closing(office.clock.now(), people_seen=1)

    page = luis.get(f"/occupancy?lang={language}")

    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    assert "occupancy." not in page.text.replace("occupancy.css", "")


def test_after_blind_minutes_the_page_says_to_count_once_by_hand(office: FakeOffice, log_in) -> None:
    office.web.occupancy.totals(report(30, 10))
    office.clock.move(16 * 60)
    rosa = log_in("rosa")
    for number in range(15):
        office.web.counts.interval(minute(number))
    office.web.counts.interval(minute(15, 0, 0, coverage_s=0.0, health="invalid", reason="covered"))

    blind = rosa.get("/occupancy").text
    for _ in range(3):
        office.clock.move(200)
        rosa.post("/api/v1/session/stay")
    silent = rosa.get("/occupancy").text
    office.web.counts.interval(minute(24))
    office.web.counts.interval(minute(25))
    rosa.form("/occupancy/correct", people="20", reason="counted_by_hand")
    sure = rosa.get("/occupancy").text

    assert "Cuente una vez a las personas y corrija" in blind
    assert "y una vez más cuando las puertas se vuelvan a ver" in silent
    assert "Cuente" not in sure
    assert "Recuento fiable" in sure


@pytest.mark.parametrize("path", ["/occupancy", "/overview", "/helper"])
def test_what_nobody_has_counted_is_unknown_and_never_zero(office: FakeOffice, log_in, path: str) -> None:
    luis = log_in("luis")
    before = luis.get(path).text
    luis.form("/occupancy/correct", people="3", reason="counted_by_hand")
    after = luis.get(path).text

    assert "No se sabe" in before
    assert "Hay sitio" not in before
    assert "0 <span" not in before
    assert "Contado a mano" not in before
    assert "Hay sitio" in after
    assert "No se sabe" not in after
    assert luis.get("/api/v1/occupancy").json()["is_counted"] is True


def test_a_count_that_nothing_confirms_promises_no_room(office: FakeOffice, log_in) -> None:
    office.web.occupancy.correct(3, actor="test", reason="counted_by_hand")
    luis = log_in("luis")
    office.counting = "unknown"

    for path in ("/occupancy", "/overview", "/helper"):
        page = luis.get(path).text
        assert "No se sabe" in page
        assert "Hay sitio" not in page
