"""A turn from the helper: one for each press, and the truth about its paper."""

from __future__ import annotations

import wave
from html import unescape
from io import BytesIO

import httpx
import pytest

from edge.domain.errors import Conflict, OfficeError, Unavailable
from tests.fakes.office import FakeOffice

WISH = {"service": "certificado", "language": "ca", "paper": "1", "key": "one-press"}


def press(staff, **changes: str) -> str:
    """Press the button and return where it leads."""
    answer = staff.form("/helper/turns", **{**WISH, **changes})
    assert answer.status_code == 303
    return answer.headers["location"]


def only_job(office: FakeOffice) -> str:
    [request] = office.web.jobs.due()
    return request.job_id


def test_a_paper_turn_is_one_tap_and_is_printed(office: FakeOffice, log_in) -> None:
    office.device("printer-1")
    rosa = log_in("rosa")

    page = rosa.get(press(rosa)).text

    assert "A001" in page
    assert "El papel está en la cola de la impresora." in page
    assert 'class="qr"' in page
    assert [job.device for job in office.web.jobs.due()] == ["printer-1"]
    assert office.web.board.find("A001").language == "ca"


def test_a_double_click_is_one_turn_and_one_paper(office: FakeOffice, log_in) -> None:
    office.device("printer-1")
    rosa = log_in("rosa")

    assert press(rosa) == press(rosa)
    assert len(office.web.board.open_turns()) == 1
    assert len(office.web.jobs.due()) == 1


def test_another_press_is_another_turn(office: FakeOffice, log_in) -> None:
    rosa, luis = log_in("rosa"), log_in("luis")
    places = {
        press(rosa),
        press(rosa, key="next-press"),
        press(rosa, service="beca"),
        press(rosa, key=""),
        press(rosa, key=""),
    }
    press(luis)  # the key of one person means nothing for another

    assert len(places) == 5
    assert len(office.web.board.open_turns()) == 6


def test_the_page_gives_every_press_a_key_of_its_own(log_in) -> None:
    rosa = log_in("rosa")

    assert 'name="key"' in rosa.get("/helper").text
    assert rosa.get("/helper").text != rosa.get("/helper").text


def test_the_api_keeps_the_promise_too(office: FakeOffice, log_in) -> None:
    rosa = log_in("rosa")
    first, again = (rosa.post("/api/v1/helper/turns", **{**WISH, "paper": False}) for _ in range(2))

    assert first.json() == again.json()
    assert len(office.web.board.open_turns()) == 1


def test_a_refused_press_may_be_repeated(office: FakeOffice, log_in) -> None:
    rosa = log_in("rosa")
    office.clock.move(9 * 3600)
    rosa = log_in("rosa")
    refused = rosa.form("/helper/turns", **WISH)
    office.clock.move(16 * 3600)
    rosa = log_in("rosa")

    assert refused.status_code == 409
    assert "A001" in rosa.get(press(rosa)).text


@pytest.mark.parametrize(
    ("state", "reason", "words", "again"),
    [
        ("running", "", "se está imprimiendo", False),
        ("held", "paper_out", "La impresora espera. El papel saldrá cuando se arregle. Falta papel", False),
        ("done", "", "El papel ha salido.", False),
        ("failed", "device_offline", "El papel no ha salido. El dispositivo no responde", True),
        ("failed", "a_word_of_a_driver", "El papel no ha salido.", True),
        ("expired", "no_answer", "la impresora no ha respondido a tiempo", True),
        ("partial", "link_error", "puede haber salido a medias", True),
    ],
)
def test_the_page_says_how_the_paper_goes(
    office: FakeOffice, log_in, state: str, reason: str, words: str, again: bool
) -> None:
    office.device("printer-1")
    rosa = log_in("rosa")
    place = press(rosa)
    office.report(only_job(office), state, reason)

    page = rosa.get(place).text

    assert words in page
    assert ("Imprimir de nuevo" in page) is again
    assert 'class="qr"' in page
    assert "a_word_of_a_driver" not in page


def test_a_printer_that_does_not_begin_is_said(office: FakeOffice, log_in) -> None:
    office.device("printer-1")
    rosa = log_in("rosa")
    place = press(rosa)
    office.clock.move(11)

    assert "La impresora todavía no responde." in rosa.get(place).text


def test_printing_again_makes_one_new_job_and_only_when_the_first_is_lost(office: FakeOffice, log_in) -> None:
    office.device("printer-1")
    rosa = log_in("rosa")
    place = press(rosa)
    first = only_job(office)
    rosa.form(f"{place}/print")
    assert only_job(office) == first
    office.report(first, "failed", "jam")

    answers = [rosa.form(f"{place}/print") for _ in range(2)]

    assert {answer.headers["location"] for answer in answers} == {place}
    assert only_job(office) != first
    assert "está en la cola" in rosa.get(place).text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (None, "No hay impresora de turnos"),
        (Unavailable(code="busy"), "Hay mucha gente conectada"),
        (Conflict(), "Otra persona"),
        (OfficeError(code="never_heard_of"), "Algo ha fallado"),
    ],
)
def test_whatever_printing_refuses_the_turn_is_shown(
    office: FakeOffice, log_in, error: OfficeError | None, words: str
) -> None:
    rosa = log_in("rosa")
    if error is not None:
        object.__setattr__(office.web, "jobs", RefusingJobs(error))

    page = rosa.get(press(rosa)).text

    assert "A001" in page
    assert words in page
    assert "Imprimir de nuevo" in page
    assert 'class="qr"' in page


class RefusingJobs:
    """Jobs of an office that can queue none."""

    def __init__(self, error: OfficeError) -> None:
        self._error = error

    def print_ticket(self, *_: object, **__: object) -> None:
        """Refuse."""
        raise self._error


def test_a_page_from_before_a_restart_leads_back_and_a_stranger_sees_nothing(office: FakeOffice, log_in) -> None:
    place = press(log_in("rosa"))
    luis = log_in("luis").get(place)

    assert (luis.status_code, luis.headers["location"]) == (303, "/helper")


@pytest.mark.parametrize("language", ["es", "ca", "en", "ar"])
def test_the_truth_is_told_in_every_language(office: FakeOffice, log_in, language: str) -> None:
    office.device("printer-1")
    rosa = log_in("rosa")
    place = press(rosa)
    office.report(only_job(office), "held", "paper_out")

    page = unescape(rosa.get(f"{place}?lang={language}").text)

    assert office.texts.text(language, "desk.issued.held") in page
    assert office.texts.text(language, "devices.reason.paper_out") in page


def test_an_appointment_is_booked_once_for_each_press(office: FakeOffice, log_in) -> None:
    rosa = log_in("rosa")
    wish = {"service": "certificado", "at": "09:20", "language": "es", "key": "one-press"}
    first, again = (rosa.post("/api/v1/appointments", **wish).json() for _ in range(2))
    other = rosa.post("/api/v1/appointments", **{**wish, "at": "09:30"}).json()

    assert first == again
    assert other["appointment"] != first["appointment"]


def test_the_paper_is_followed_live(live_office: FakeOffice, address: str) -> None:
    live_office.open_desk("1", "jordi")
    live_office.device("printer-1")
    with httpx.Client(base_url=address, timeout=10) as rosa:
        rosa.post("/login", data={"login": "rosa", "password": "correct horse battery"})
        csrf = rosa.get("/api/v1/session").json()["csrf"]
        place = rosa.post("/helper/turns", data={**WISH, "csrf": csrf}).headers["location"]
        job, told = only_job(live_office), []
        with rosa.stream("GET", f"{place}/live") as stream:
            for line in stream.iter_lines():
                if "está en la cola" in line:
                    told.append("queued")
                    live_office.report(job, "failed", "paper_out")
                if "no ha salido" in line:
                    told.append("failed")
                    break

    assert told == ["queued", "failed"]


def test_the_number_is_said_in_the_language_of_the_person(log_in) -> None:
    rosa = log_in("rosa")
    lengths = {}
    for language in ("es", "ar"):
        page = rosa.form("/helper/turns", service="certificado", language=language, paper="0", key=f"k-{language}")
        said = rosa.get(page.headers["location"].replace("/helper/", "/api/v1/helper/") + "/voice")
        with wave.open(BytesIO(said.content)) as sound:
            lengths[language] = sound.getnframes() / sound.getframerate()

    assert said.headers["content-type"] == "audio/wav"
    assert lengths
    assert all(1 < length < 10 for length in lengths.values())
    assert lengths["es"] != lengths["ar"]
    assert rosa.get("/api/v1/helper/issued/nothing/voice").json()["code"] == "no_page"


def test_an_unusual_number_of_procedures_is_asked_about_once(office: FakeOffice, log_in) -> None:
    rosa = log_in("rosa")
    form = {"service": "certificado", "language": "es", "paper": "0", "key": "k77", "procedures": "99"}

    asked = rosa.form("/helper/turns", **form)
    few = rosa.form("/helper/turns", **form | {"key": "k78", "procedures": "9"})
    before = len(office.web.board.open_turns())
    sure = rosa.form("/helper/turns", **form, sure="1")

    assert asked.status_code == 200
    assert "¿99 trámites?" in asked.text
    assert "16 h 30 min" in asked.text
    assert (few.status_code, before, sure.status_code) == (303, 1, 303)
    assert sorted(view.turn.declared for view in office.web.board.open_turns().values()) == [9, 99]
