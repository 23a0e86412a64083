"""What was counted, over HTTP: JSON, CSV, open data, pages, bad input."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta

import pytest
from httpx import Client
from msgspec.structs import replace

from edge.contracts.cameras import CameraShapes, LayoutUsed, LineShape, ZoneShape
from edge.contracts.counting import LineInterval
from edge.contracts.shapes import digest
from edge.domain.counts import day_start
from tests.fakes import counted
from tests.fakes.office import FakeOffice

MINUTE = timedelta(minutes=1)
HEADER = (
    "start,end,place,kind,door,staff,in,out,coverage_s,trusted_s,health,reason,"
    "mean,peak,entered,left,mean_stay_s,wait_s,unsteady"
)


def count(office: FakeOffice, minutes: int, **facts: object) -> datetime:
    """Let the door be counted for *minutes* from now on; return when it began."""
    began = office.clock.now()
    for k in range(minutes):
        office.web.counts.interval(counted.minute(began + k * MINUTE, k + 1, **facts))  # type: ignore[arg-type]
        office.clock.move(60)
    return began


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_day_to_come_says_so_and_today_is_no_day_to_come(office: FakeOffice, log_in) -> None:
    luis, today = log_in("luis"), office.clock.now().date()

    told = luis.get(f"/counts?day={today + timedelta(days=1)}")
    live = luis.get(f"/counts/live?day={today + timedelta(days=1)}")

    assert (told.status_code, "todavía no ha llegado" in told.text) == (400, True)
    assert (live.status_code, live.json()["code"]) == (400, "day_to_come")
    assert luis.get(f"/counts?day={today}").status_code == 200


def test_a_range_that_ends_before_it_begins_says_so(log_in) -> None:
    told = log_in("luis").get("/api/v1/counts?from=2026-11-23&to=2026-11-20")

    assert (told.status_code, told.json()["code"]) == (400, "range_backwards")
    assert "anterior" in told.json()["title"]


@pytest.mark.parametrize(("language", "mean"), [("es", "4,0"), ("ca", "4,0"), ("en", "4.0")])
def test_means_are_written_as_people_write_them(office: FakeOffice, log_in, language: str, mean: str) -> None:
    began = office.clock.now()
    for k in range(30):
        office.web.counts.interval(counted.queue_minute(began + k * MINUTE, k + 1))
    count(office, 30)

    assert f"<dd>{mean}</dd>" in log_in("luis").get(f"/counts?lang={language}").text


@pytest.mark.parametrize("language", ["es", "ca", "en", "ar"])
def test_every_page_of_the_menu_has_a_word_of_its_own(log_in, language: str) -> None:
    page = log_in("luis").get(f"/counts?lang={language}").text
    menu = page.split('<nav class="pages')[1].split("</nav>")[0]
    words = set(re.findall(r'<a href="(/[a-z]+)"[^>]*>([^<]+)</a>', menu))  # in the row, and behind one word

    assert len(words) >= 6
    assert len({word for _, word in words}) == len(words)


def test_quarters_come_as_csv_with_local_times_and_a_gap_without_numbers(office: FakeOffice, log_in) -> None:
    count(office, 15, people_in=2, people_out=1)
    office.clock.move(15 * 60)
    office.web.counts.interval(counted.minute(office.clock.now(), 99, people_in=7))
    office.clock.move(15 * 60)

    answer = log_in("luis").get("/api/v1/counts.csv")
    rows = table(answer.text)

    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert 'filename="counts-carretas4-20261123-15min.csv"' in answer.headers["content-disposition"]
    assert answer.text.startswith(HEADER + "\r\n")
    assert answer.content.count(b"\n") == answer.content.count(b"\r\n") == 4
    assert [(row["start"], row["in"], row["out"], row["coverage_s"], row["health"]) for row in rows] == [
        ("2026-11-23T09:00:00+01:00", "30", "15", "900.0", "ok"),
        ("2026-11-23T09:15:00+01:00", "", "", "0.0", "unknown"),
        ("2026-11-23T09:30:00+01:00", "7", "0", "60.0", "ok"),
    ]
    assert rows[1]["reason"] == "missing"


def test_the_quarter_that_runs_is_not_released(office: FakeOffice, log_in) -> None:
    count(office, 14, people_in=1)

    assert table(log_in("luis").get("/api/v1/counts.csv").text) == []


def test_a_record_told_twice_or_out_of_order_counts_once(office: FakeOffice, log_in) -> None:
    began = office.clock.now()
    records = [counted.minute(began + k * MINUTE, k + 1, people_in=1) for k in range(15)]
    office.clock.move(15 * 60)
    news = [office.web.counts.interval(record) for record in (*reversed(records), *records)]

    (row,) = log_in("luis").get("/api/v1/counts").json()["rows"]

    assert news == [True] * 15 + [False] * 15
    assert (row["people_in"], row["coverage_s"]) == (15, 900.0)


def test_clocks_of_another_time_are_not_kept(office: FakeOffice, log_in) -> None:
    now = office.clock.now()
    starts = [now - timedelta(days=3), now + 10 * MINUTE, now.replace(tzinfo=None)]
    kept = [office.web.counts.interval(counted.minute(start, 1)) for start in starts]

    assert kept == [False, False, False]
    assert log_in("luis").get("/api/v1/counts?from=2026-11-01&to=2026-11-30&step=60").json()["rows"] == []


def test_steps_add_up_and_a_zone_tells_stays_and_wait(office: FakeOffice, log_in) -> None:
    began = office.clock.now()
    office.clock.move(3600)
    for k in range(30):
        office.web.counts.interval(counted.queue_minute(began + k * MINUTE, k + 1))
    (hour,) = log_in("luis").get("/api/v1/counts?step=60").json()["rows"]
    office.clock.move(86_400)
    (day,) = log_in("luis").get("/api/v1/counts?from=2026-11-23&to=2026-11-23&step=1440").json()["rows"]

    assert (day["start"], day["end"], day["entered"]) == ("2026-11-23T00:00:00+01:00", "2026-11-24T00:00:00+01:00", 60)
    assert (hour["kind"], hour["entered"], hour["left"], hour["peak"], hour["mean"]) == ("zone", 60, 60, 5, 4.0)
    assert (hour["mean_stay_s"], hour["wait_s"], hour["coverage_s"]) == (118.0, 120.0, 1800.0)
    assert (hour["people_in"], hour["people_out"]) == (None, None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("step=1", "bad_step"),
        ("step=x", "bad_step"),
        ("step=²", "bad_step"),
        ("from=yesterday", "bad_range"),
        ("from=0001-01-01", "bad_range"),
        ("from=9999-12-31", "bad_range"),
        ("from=2026-11-23&to=2026-11-20", "range_backwards"),
        ("from=2026-11-23T10:00:00%2B01:00&to=2026-11-23T10:00:00%2B01:00", "range_backwards"),
        ("from=2000-01-02&to=2026-11-20", "range_too_long"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_in_words(office: FakeOffice, log_in, query: str, code: str) -> None:
    count(office, 1)
    for path in ("/api/v1/counts", "/api/v1/counts.csv"):
        answer = log_in("luis").get(f"{path}?{query}")

        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert len(answer.json()["title"]) > 20


def test_a_plus_sign_that_was_not_escaped_is_understood(office: FakeOffice, log_in) -> None:
    count(office, 30, people_in=1)
    rows = (
        log_in("luis").get("/api/v1/counts?from=2026-11-23T09:15:00+01:00&to=2026-11-23T09:30:00+01:00").json()["rows"]
    )

    assert [row["start"] for row in rows] == ["2026-11-23T09:15:00+01:00"]


@pytest.mark.parametrize("login", ["marta", "rosa", "tecnica"])
def test_only_a_manager_sees_what_was_counted(office: FakeOffice, log_in, phone: Client, login: str) -> None:
    for path in ("/api/v1/counts", "/api/v1/counts.csv", "/counts", "/counts/heat"):
        assert log_in(login).get(path).status_code == 403
        assert phone.get(path).status_code in {303, 401}


def test_a_name_that_a_spreadsheet_would_calculate_is_text(office: FakeOffice, log_in) -> None:
    record = counted.minute(office.clock.now(), 1)
    line = LineInterval(line="=1+1", door=True, people_in=1, people_out=0)
    office.web.counts.interval(replace(record, lines=[line], group="-x"))
    office.clock.move(900)

    assert table(log_in("luis").get("/api/v1/counts.csv").text)[0]["place"] == "'-x/=1+1"


# --- open data ------------------------------------------------------------------------------------------------------


def test_open_data_tells_only_quarters_that_were_seen_well(office: FakeOffice, phone: Client) -> None:
    count(office, 15, people_in=2, people_out=1)
    count(office, 15, people_in=50, health="invalid")
    office.clock.move(900)
    answer = phone.get("/api/v1/fiware/crowd")
    (entity,) = answer.json()

    assert answer.headers["content-type"] == "application/ld+json"
    assert entity["id"] == "urn:ngsi-ld:CrowdFlowObserved:carretas4:2026-11-23T08:00:00Z"
    assert entity["type"] == "CrowdFlowObserved"
    assert entity["dateObserved"]["value"] == "2026-11-23T08:00:00Z/2026-11-23T08:15:00Z"
    assert entity["dateObservedFrom"] == {
        "type": "Property",
        "value": {"@type": "DateTime", "@value": "2026-11-23T08:00:00Z"},
    }
    counts = ("peopleCount", "peopleCountTowards", "peopleCountAway", "averageHeadwayTime", "congested")
    assert [entity[name]["value"] for name in counts] == [45, 30, 15, 20.0, False]
    assert "occupancy" not in entity


def test_open_data_as_key_and_value_says_when_the_office_was_full(office: FakeOffice, phone: Client) -> None:
    office.web.counts.sample(counted.capacity(office.clock.now(), people=40))
    count(office, 15)

    (entity,) = phone.get("/api/v1/fiware/crowd?options=keyValues").json()

    assert (entity["peopleCount"], entity["congested"]) == (0, True)
    assert entity["dateObservedTo"] == "2026-11-23T08:15:00Z"
    assert "averageHeadwayTime" not in entity
    assert set(entity) >= {"id", "type", "dateObserved", "@context"}


def test_doors_of_staff_and_inner_lines_are_no_open_data(office: FakeOffice, phone: Client) -> None:
    began = office.clock.now()
    office.clock.move(900)
    for k in range(15):
        record = counted.minute(began + k * MINUTE, k + 1, people_in=1)
        rows = [
            *record.lines,
            LineInterval(line="door/staff", door=True, staff=True, people_in=9, people_out=9),
            LineInterval(line="door/inner", door=False, people_in=9, people_out=9),
        ]
        office.web.counts.interval(replace(record, lines=rows))

    assert phone.get("/api/v1/fiware/crowd?options=keyValues").json()[0]["peopleCount"] == 15


@pytest.mark.parametrize("query", ["from=2026-11-01&to=2026-11-20", "options=sysAttrs", "from=x"])
def test_open_data_refuses_what_it_does_not_give(phone: Client, query: str) -> None:
    assert phone.get(f"/api/v1/fiware/crowd?{query}").status_code == 400


# --- pages ----------------------------------------------------------------------------------------------------------


def test_the_day_says_in_words_what_the_plots_draw(office: FakeOffice, log_in) -> None:
    zone = office.web.office().calendar.zone
    today = office.clock.now().astimezone(zone).date()
    office.clock.move(9 * 3600)
    for weeks in range(3):
        midnight = day_start(today - timedelta(weeks=weeks), zone)
        counted.busy_day(office, midnight, office.clock.now(), flawed=weeks == 0)

    page = log_in("luis").get("/counts").text

    assert "Lunes, 23 de noviembre de 2026" in page or "lunes, 23 de noviembre de 2026" in page
    busiest = re.search(r"De (\d\d:\d\d) a (\d\d:\d\d): (\d+) entradas", page)
    assert busiest is not None
    rows = re.findall(r'<th scope="row">([^<]+)</th><td>([^<]+)</td><td>([^<]+)</td><td>([^<]+)</td>', page)
    by_time = {row[0]: row[1:] for row in rows}
    assert by_time[f"{busiest[1]}–{busiest[2]}"][0] == busiest[3]
    assert max(int(row[0]) for row in by_time.values() if row[0] != "–") == int(busiest[3])
    assert by_time["12:30–12:45"][:2] == ("–", "–")
    assert "No se ha visto" in page
    assert by_time["11:00–11:15"][2] == by_time["11:00–11:15"][0]
    assert "/counts?day=2026-11-22" in page
    assert 'rel="next"' not in page


def test_a_day_without_counts_and_a_day_that_cannot_be(office: FakeOffice, log_in) -> None:
    manager = log_in("luis")

    assert "no hay nada contado" in manager.get("/counts?day=2026-01-05").text
    assert manager.get("/counts?day=never").status_code == 400
    assert "todavía no ha llegado" in manager.get("/counts?day=2027-03-01").text


def test_a_sheet_opens_in_a_spanish_spreadsheet(office: FakeOffice, log_in) -> None:
    count(office, 15, people_in=2, people_out=1)
    luis = log_in("luis")
    plain, sheet = (luis.get(f"/api/v1/counts.csv{query}").text for query in ("", "?sheet=1"))
    rows = list(csv.reader(io.StringIO(sheet.removeprefix("\ufeff"), newline=""), delimiter=";"))

    assert sheet.startswith("\ufeffstart;end;place")
    assert len(rows) == len(table(plain)) + 1
    assert re.fullmatch(r"2026-11-23 \d\d:\d\d", rows[1][0])
    assert any(re.fullmatch(r"\d+,\d+", cell) for row in rows[1:] for cell in row)
    assert "sheet=1" in luis.get("/counts?lang=es").text
    assert "sheet=1" not in luis.get("/counts?lang=en").text


def test_lines_and_zones_tell_which_part_of_the_hall_the_heat_is_of(office: FakeOffice, log_in) -> None:
    heat = counted.heat(office.clock.now())
    area = [(64.0, 48.0), (320.0, 48.0), (320.0, 240.0)]
    shapes = CameraShapes(
        camera="hall",
        drawn_on=(320, 240),
        lines=[LineShape(name="main", points=((16, 24), (16, 200)))],
        zones=[ZoneShape(name="queue", points=area)],
    )
    used = LayoutUsed(
        group="entrance", epoch="E", version=1, digest=digest([shapes]), at=office.clock.now(), cameras=[shapes]
    )
    office.web.counters.warmed(heat)
    office.web.cameras.uses(used)

    page = log_in("luis").get("/counts/heat").text

    assert '<polyline points="48.0,72.0 48.0,600.0"/><text x="48.0" y="72.0">main</text>' in page
    assert '<polygon points="192.0,144.0 960.0,144.0 960.0,720.0"/>' in page


def test_the_heat_is_cells_on_a_floor_and_a_table(office: FakeOffice, log_in) -> None:
    manager = log_in("luis")
    empty = manager.get("/counts/heat").text
    heat = counted.heat(office.clock.now())
    office.web.counters.warmed(heat)
    office.web.counters.warmed(replace(heat, group="x", cameras=[replace(heat.cameras[0], cells=[1])]))

    page = manager.get("/counts/heat").text

    cells = heat.cameras[0].cells
    assert "Ninguna cámara" in empty
    assert len(re.findall(r'<rect class="heat-\d" x="[\d.]+" y="[\d.]+" width="48.0"', page)) == sum(
        c > 0 for c in cells
    )
    assert "abajo en el centro" in page
    assert page.count("<tr>") == 1 + heat.cameras[0].rows
    assert "<img" not in page
    assert page.count('class="floor card"') == 1
