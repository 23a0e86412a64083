from __future__ import annotations

import hashlib
import html
import re
from pathlib import Path

import pytest
from httpx import Client

from edge.contracts.office import AgendaEntry, BookingEntry
from edge.domain.turns import Channel
from edge.services.turns import Wish
from tests.fakes.office import FakeOffice, office_at, settings


def test_a_turn_by_voice_is_not_printed(office: FakeOffice, log_in) -> None:
    office.device("printer-1")
    issued = log_in("rosa").post("/api/v1/helper/turns", service="certificado", language="ar").json()

    assert (issued["turn"]["state"], issued.get("job", "")) == ("waiting", "")
    assert office.web.jobs.due() == []


def test_a_turn_is_found_by_its_code(office: FakeOffice, log_in) -> None:
    office.turn(present=False)
    rosa = log_in("rosa")

    found = rosa.get("/helper?code=a001").text
    unknown = rosa.get("/helper?code=Z999").text

    assert "Confirmar llegada" in found
    assert "Hoy no hay ningún turno con ese código" in unknown


@pytest.mark.parametrize("said", ["a1", "A 1", "a-01", " A001 "])
def test_a_turn_is_found_by_its_code_as_people_say_it(office: FakeOffice, log_in, said: str) -> None:
    office.turn(present=False)

    assert "Confirmar llegada" in log_in("rosa").get(f"/helper?code={said}").text


def test_the_count_is_corrected_and_everybody_reads_it(office: FakeOffice, log_in, phone: Client) -> None:
    rosa = log_in("rosa")

    rosa.form("/helper/occupancy", people="37")
    state = phone.get("/api/v1/occupancy").json()

    assert (state["people"], state["state"], state["health"]) == (37, "nearly_full", "ok")
    assert rosa.put("/api/v1/occupancy", people=40).json()["state"] == "full"
    assert rosa.put("/api/v1/occupancy", people=-1).status_code == 400


def test_an_appointment_for_today_is_offered_for_what_is_given_by_appointment(tmp_path: Path, staff_of) -> None:
    walk_in = {"informacion": BookingEntry(booking=False)}
    some = office_at(tmp_path / "some", agenda=AgendaEntry(service=walk_in))
    none = office_at(
        tmp_path / "none", agenda=AgendaEntry(service=dict.fromkeys(settings().office.services, *walk_in.values()))
    )

    offered = re.search(r'(?s)<select id="book-service".*?</select>', staff_of(some, "rosa").get("/helper").text)

    assert offered is not None
    assert 'value="certificado"' in offered[0]
    assert 'value="informacion"' not in offered[0]
    assert "Cita para hoy" not in staff_of(none, "rosa").get("/helper").text


def test_an_appointment_for_today_comes_with_its_link(office: FakeOffice, log_in, phone: Client) -> None:
    rosa = log_in("rosa")

    page = rosa.form("/helper/appointments", service="certificado", at="09:20", language="es").text
    booked = rosa.post("/api/v1/appointments", service="beca", at="09:30", language="es").json()
    past = rosa.post("/api/v1/appointments", service="beca", at="07:30", language="es").json()

    assert "Cita a las 09:20" in page
    assert phone.get(booked["link"].removeprefix("https://office.example")).status_code == 200
    assert booked["slot_at"] == "2026-11-23T08:30:00Z"
    assert past["code"] == "closed_then"


def test_a_job_is_asked_for_by_its_id(office: FakeOffice, log_in) -> None:
    office.device("printer-1")
    rosa = log_in("rosa")
    job = rosa.post("/api/v1/helper/turns", service="certificado", language="es", paper=True).json()["job"]

    assert rosa.get(f"/api/v1/jobs/{job}").json()["state"] == "queued"
    assert rosa.get("/api/v1/jobs/nothing").status_code == 404


def test_devices_in_trouble_come_first(office: FakeOffice, log_in) -> None:
    office.device("a-printer")
    office.device("z-scanner", kind="scanner", state="offline", reason="stopped")
    technician = log_in("tecnica")

    names = [device["device"] for device in technician.get("/api/v1/devices").json()]

    assert names == ["z-scanner", "a-printer"]
    page = technician.get("/devices").text
    assert '<span class="state-word is-offline">Sin conexión</span>' in page
    assert "solo avisan cuando algo cambia" in page  # why a counter that is well was heard long ago


def put_file(office: FakeOffice, phone: Client, job: str, content: bytes, device: str = "scanner-1"):
    headers = {"authorization": f"Bearer {office.bearer(device)}"}
    return phone.put(f"/api/v1/device/files/{job}", content=content, headers=headers)


def test_a_device_brings_the_file_of_its_own_scan(office: FakeOffice, phone: Client) -> None:
    job, page = office.scan(), b"%PDF" + bytes(50_000)

    received = put_file(office, phone, job, page)

    assert received.status_code == 201
    assert received.json() == {"job": job, "bytes": len(page), "sha256": hashlib.sha256(page).hexdigest()}
    assert [(f.name, f.read_bytes() == page) for f in office.spool.iterdir()] == [(job, True)]
    assert (office.spool / job).stat().st_mode & 0o077 == 0


def test_a_file_is_never_overwritten_and_the_same_again_is_the_same_answer(office: FakeOffice, phone: Client) -> None:
    job = office.scan()
    first = put_file(office, phone, job, b"first")
    again, other = put_file(office, phone, job, b"first"), put_file(office, phone, job, b"other")

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
    assert again.json() == first.json()
    assert [f.read_bytes() for f in office.spool.iterdir()] == [b"first"]


def test_only_an_open_scan_takes_a_file(office: FakeOffice, phone: Client, log_in) -> None:
    office.device("printer-1")
    ticket = log_in("rosa").post("/api/v1/helper/turns", service="certificado", language="es", paper=True).json()["job"]
    done = office.scan()
    office.report(done, "done")

    answers = [put_file(office, phone, ticket, b"x", "printer-1"), put_file(office, phone, done, b"x")]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert not office.spool.exists()


def test_files_of_strangers_and_endless_files_leave_nothing(office: FakeOffice, phone: Client) -> None:
    job = office.scan()

    nobody = phone.put(f"/api/v1/device/files/{job}", content=b"x")
    stranger = put_file(office, phone, job, b"x", "scanner-9")
    endless = put_file(office, phone, job, bytes(100_001))

    assert [a.status_code for a in (nobody, stranger, endless)] == [401, 403, 413]
    assert list(office.spool.iterdir()) == []


def test_a_bearer_is_over_after_a_quarter_of_an_hour(office: FakeOffice, phone: Client) -> None:
    headers = {"authorization": f"Bearer {office.bearer('printer-1')}"}

    assert phone.get("/api/v1/device/me", headers=headers).json()["device"] == "printer-1"
    office.clock.move(15 * 60)
    assert phone.get("/api/v1/device/me", headers=headers).status_code == 401


def test_the_codes_of_the_hall_are_for_devices_of_the_office_only(office: FakeOffice, phone: Client) -> None:
    anybody = phone.get("/api/v1/board").json()
    device = phone.get("/api/v1/board", headers={"authorization": f"Bearer {office.bearer('display-1')}"}).json()

    assert anybody["codes"] == []
    assert device["codes"][0]["code"] == office.hall_code().code


def test_a_refused_hour_leaves_the_form_as_it_was_filled_in(log_in) -> None:
    answer = log_in("rosa").form(
        "/helper/appointments", service="beca", at="07:30", language="es", contact="600 123 123"
    )

    assert answer.status_code == 400
    assert 'value="07:30"' in answer.text
    assert 'value="600 123 123"' in answer.text
    assert '<option value="beca" selected>' in answer.text
    assert "A esa hora la oficina está cerrada" in answer.text
    assert "Dar un turno" in answer.text
    assert log_in("rosa").get("/helper/appointments?lang=en").headers["location"] == "/helper"


def test_devices_say_in_words_what_is_wrong(office: FakeOffice, log_in) -> None:
    office.device("printer-1", state="degraded", reason="paper_out")
    office.device("door-2", kind="sensor", state="degraded", reason="loose_wire")

    page = log_in("tecnica").get("/devices").text

    assert "Falta papel: ponga un rollo nuevo." in page
    assert "Impresora de turnos" in page
    assert "paper_out" not in page
    assert "loose_wire" in page  # a word that is not known yet is better than nothing


def test_lists_of_the_door_the_desk_and_the_agenda_show_one_channel(office: FakeOffice, log_in, phone: Client) -> None:
    rosa, jordi = log_in("rosa"), log_in("jordi")
    phone.post("/turns", data={"service": "certificado"})
    office.web.turns.take(Wish("registro", Channel.POSTER, "es", phone="p" * 22), actor="phone")
    office.turn("beca")
    rosa.form("/helper/appointments", service="certificado", at="09:30", language="es")
    jordi.post("/api/v1/appointments", service="beca", at="09:45", language="es")

    door, by_web = rosa.get("/helper").text, rosa.get("/helper?channel=web").text
    agenda, by_desk = jordi.get("/agenda").text, jordi.get("/agenda?channel=desk").text
    desk = jordi.get("/desk/1").text

    assert ("A001" in door, "R001" in door) == (True, True)
    assert ("A001" in by_web, "R001" in by_web) == (True, False)
    assert 'data-live="/helper/live?channel=web"' in by_web
    assert '<option value="web" selected>Web</option>' in by_web
    assert agenda.count('class="is-booked"') == 2
    assert by_desk.count('class="is-booked"') == 1
    assert '<option value="desk" selected>Puesto</option>' in by_desk
    assert 'data-words="r001 r1 presentar un escrito cartel qr"' in desk
    assert 'data-words="09:45 becas y ayudas al estudio puesto"' in html.unescape(desk)
