"""Documents from a phone over HTTP: sent, checked, looked at by who attends to the person, and gone with the visit."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from httpx import Client, Response

from edge.domain.contacts import ContactKind
from edge.domain.documents import DocumentState, rebuild
from edge.services.turns import MAIL
from tests.fakes.client import client
from tests.fakes.office import FakeOffice, office_at
from tests.fixtures import papers
from tests.fixtures.clamd import ClamdServer

CANARY = "CANARY-Maria-12345678Z"


def send(phone: Client, data: bytes, place: str = "/my/documents", name: str = f"{CANARY}.pdf") -> Response:
    return phone.post(place, files={"file": (name, data, "application/pdf")})


@pytest.fixture
def visitor(office: FakeOffice, phone: Client) -> Client:
    """A phone with a turn of somebody who is here."""
    phone.post("/turns", data={"service": "registro", "code": office.hall_code().code})
    return phone


def attend(office: FakeOffice, log_in, desk: str = "3", login: str = "marta"):
    agent = log_in(login)
    agent.post(f"/api/v1/desks/{desk}/open")
    agent.post(f"/api/v1/desks/{desk}/next")
    agent.post(f"/api/v1/desks/{desk}/start")
    return agent


def states(office: FakeOffice) -> list[str]:
    with office.database.read() as stores:
        return [str(d.state) for d in stores.documents.of_parties([t.visit for t in stores.turns.in_state(DAY, ALL)])]


DAY = "2026-11-23"
ALL = ("remote", "waiting", "called", "serving", "completed", "cancelled")


def test_a_document_is_sent_checked_and_shown_as_ready(office: FakeOffice, visitor: Client) -> None:
    answer = send(visitor, papers.pdf(2))
    page = visitor.get("/my/documents").text

    assert (answer.status_code, answer.headers["location"]) == (303, "/my/documents#documents")
    assert "Listo para su visita" in page
    assert "PDF · 2 páginas" in page
    assert CANARY not in page


@pytest.mark.parametrize("name", ["pdf with a password", "jpeg cut off", "jpeg that is a zip too"])
def test_a_refused_document_says_why_in_the_persons_language(office: FakeOffice, visitor: Client, name: str) -> None:
    data, reason = papers.hostile()[name]
    send(visitor, data)

    for language in ("es", "ca", "en", "ar"):
        page = visitor.get("/my/documents", params={"lang": language}).text
        assert office.texts.text(language, f"documents.reason.{reason}").replace("'", "&#39;") in page
    assert not list((office.spool / "documents").iterdir())


@pytest.mark.parametrize(
    ("data", "code", "status"),
    [
        (b"MZ" + bytes(3000), "document_kind", 400),
        (b"GIF89a" + bytes(10), "document_kind", 400),
        (b"", "document_empty", 400),
        (papers.jpeg() + bytes(20_100_000), "document_too_large", 413),
    ],
)
def test_what_is_never_taken_is_refused_before_anything_is_kept(
    office: FakeOffice, visitor: Client, data: bytes, code: str, status: int
) -> None:
    answer = send(visitor, data)

    assert answer.status_code == status
    assert office.texts.text("es", f"problems.{code}") in answer.text
    assert states(office) == []
    assert not list((office.spool / "documents").iterdir())


def test_a_form_without_a_file_or_of_another_kind_is_told(office: FakeOffice, visitor: Client) -> None:
    boundary = {"content-type": "multipart/form-data; boundary=x"}
    bodies = {
        "no file": (b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n', 400),
        "cut off": (b'--x\r\ncontent-disposition: form-data; name="file"\r\n\r\n%PDF-1.7 and then', 400),
        "no form": (b"%PDF-1.7", 400),
        "long header": (b"--x\r\n" + b"a: " + b"b" * 9000 + b"\r\n\r\n", 400),
    }

    answers = {
        name: visitor.post("/my/documents", content=body, headers=boundary) for name, (body, _) in bodies.items()
    }
    other = visitor.post("/my/documents", data={"file": "x"})

    assert {name: answer.status_code for name, answer in answers.items()} == {n: s for n, (_, s) in bodies.items()}
    assert other.status_code == 415
    assert "Elija primero un archivo" in answers["no file"].text
    assert states(office) == []


def test_another_site_cannot_send_for_somebody(office: FakeOffice, visitor: Client) -> None:
    answer = visitor.post(
        "/my/documents", files={"file": ("a", papers.pdf())}, headers={"sec-fetch-site": "cross-site"}
    )

    assert answer.status_code == 403


def test_the_scanner_refuses_what_it_knows_and_nothing_passes_without_it(tmp_path: Path, clamd: ClamdServer) -> None:
    with_scanner = office_at(tmp_path / "one", clamd=str(clamd.socket))
    without = office_at(tmp_path / "two", clamd=str(tmp_path / "none.ctl"))
    infected = papers.pdf(more=b"100 0 obj\n(" + papers.EICAR + b")\nendobj\n")
    found = []
    for made, data in ((with_scanner, infected), (with_scanner, papers.pdf()), (without, papers.pdf())):
        made.open_desk("3")
        phone = client(made.app())
        phone.get("/")
        phone.post("/turns", data={"service": "registro", "code": made.hall_code().code})
        send(phone, data)
        with made.database.read() as stores:
            found.append([(str(d.state), d.reason) for d in stores.documents.live()][-1])

    assert found == [("refused", "infected"), ("clean", ""), ("refused", "scanner_away")]


def test_the_desk_sees_the_documents_of_the_person_at_it_and_every_look_is_logged(
    office: FakeOffice, visitor: Client, log_in
) -> None:
    send(visitor, papers.pdf())
    marta = log_in("marta")
    marta.post("/api/v1/desks/3/open")
    before = marta.get("/api/v1/desks/3/documents").json()
    marta.post("/api/v1/desks/3/next")
    called = marta.get("/api/v1/desks/3/documents").json()
    marta.post("/api/v1/desks/3/start")
    card = marta.get("/api/v1/desks/3/documents").json()[0]

    seen = marta.get(f"/desk/3/documents/{card['id']}")
    page = marta.get("/desk/3").text

    looks = [event for event in office.database.events if event.type == "document_opened"]
    assert (before, called) == ([], [])
    assert seen.content.startswith(b"%PDF")
    assert seen.headers["content-type"] == "application/pdf"
    assert "sandbox" in seen.headers["content-security-policy"]
    assert seen.headers["cache-control"] == "no-store"
    assert card["metadata"]["EstadoElaboracion"] == "EE99"
    assert card["metadata"]["Identificador"].startswith("ES_A13002908_2026_O360")
    assert f"/desk/3/documents/{card['id']}" in page
    assert [(look.actor, look.body["desk"]) for look in looks] == [("agent:agent", "3")]


def test_nobody_else_sees_them(office: FakeOffice, visitor: Client, log_in) -> None:
    send(visitor, papers.pdf())
    marta = attend(office, log_in)
    name = marta.get("/api/v1/desks/3/documents").json()[0]["id"]
    other, helper = log_in("jordi"), log_in("rosa")

    answers = [
        other.get(f"/desk/3/documents/{name}").status_code,  # not his desk
        other.get(f"/desk/1/documents/{name}").status_code,  # his desk, another person
        helper.get(f"/desk/3/documents/{name}").status_code,
        client(office.app()).get(f"/desk/3/documents/{name}").status_code,
        client(office.app()).get("/my/documents").status_code,
    ]

    assert answers == [409, 404, 403, 303, 404]
    assert other.get("/api/v1/desks/3/documents").json() == []
    assert not [event for event in office.database.events if event.type == "document_opened"]


def test_what_is_handed_on_leaves_the_office(office: FakeOffice, visitor: Client, log_in) -> None:
    send(visitor, papers.pdf())
    marta = attend(office, log_in)
    name = marta.get("/api/v1/desks/3/documents").json()[0]["id"]

    marta.form("/desk/3/documents/hand-on", document=name)
    for gone in office.documents.tidy():
        office.vault.wipe(gone)

    assert list((office.spool / "documents").iterdir()) == []
    assert marta.get(f"/desk/3/documents/{name}").status_code == 404
    with office.database.read() as stores:
        assert stores.documents.get(name).state is DocumentState.WIPED
        assert stores.contacts.find(f"{stores.documents.get(name).party}.key") is None


def test_everything_goes_with_the_end_of_the_visit(office: FakeOffice, visitor: Client, log_in) -> None:
    send(visitor, papers.pdf())
    send(visitor, papers.jpeg())
    marta = attend(office, log_in)
    assert office.documents.tidy() == []

    marta.post("/api/v1/desks/3/finish", outcome="resolved")
    assert office.documents.tidy() == []  # the end may be taken back for some seconds
    office.clock.move(30)
    gone = office.documents.tidy()
    for document in gone:
        office.vault.wipe(document)

    assert len(gone) == 2
    assert list((office.spool / "documents").iterdir()) == []
    with office.database.read() as stores:
        assert stores.documents.live() == []
        assert [c for c in stores.contacts._rows.values() if c.kind == "key"] == []
    assert visitor.get("/my/documents").status_code == 409


def test_a_person_takes_a_document_back(office: FakeOffice, visitor: Client) -> None:
    send(visitor, papers.png())
    with office.database.read() as stores:
        name = stores.documents.live()[0].id
    stranger = client(office.app())
    stranger.get("/")
    stranger.post("/turns", data={"service": "registro"})

    refused = stranger.post("/my/documents/remove", data={"document": name})
    done = visitor.post("/my/documents/remove", data={"document": name})

    assert (refused.status_code, done.status_code) == (404, 303)
    assert list((office.spool / "documents").iterdir()) == []
    assert office.database.events[-1].reason == "taken_back"


def test_documents_of_an_appointment_come_along_to_the_desk(office: FakeOffice, log_in) -> None:
    slot = office.clock.now() + timedelta(minutes=20)
    _, link = office.web.agenda.book("registro", slot, language="es", channel="web", actor="test")
    phone = client(office.app())
    send(phone, papers.pdf(), f"/c/{link}/documents")
    page = phone.get(f"/c/{link}/documents").text

    phone.get(f"/c/{link}")
    phone.post(f"/c/{link}", data={"code": office.hall_code().code})
    later = phone.get("/my/documents").text
    marta = attend(office, log_in)

    assert "Listo para su visita" in page
    assert "Listo para su visita" in later
    assert len(marta.get("/api/v1/desks/3/documents").json()) == 1


def test_documents_of_an_appointment_that_is_missed_are_gone(office: FakeOffice) -> None:
    slot = office.clock.now() + timedelta(minutes=20)
    appointment, link = office.web.agenda.book("registro", slot, language="es", channel="web", actor="test")
    send(client(office.app()), papers.pdf(), f"/c/{link}/documents")
    with office.database.write() as uow:
        missed, _ = uow.appointments.get(appointment).apply("miss", at=slot, actor="system")
        uow.appointments.save(missed)
        uow.commit()

    assert len(office.documents.tidy()) == 1
    assert client(office.app()).get(f"/c/{link}/documents").status_code == 409
    with office.database.read() as stores:
        assert stores.links.target(MAIL, "x") is None


def test_a_key_that_ran_out_takes_its_documents_with_it(office: FakeOffice, visitor: Client) -> None:
    send(visitor, papers.pdf())
    office.clock.move(25 * 3600)
    with office.database.read() as stores:
        key = next(name for name, kinds in stores.contacts.kinds().items() if ContactKind.KEY in kinds)
    with office.database.write() as uow:
        uow.contacts.drop(key)
        uow.commit()

    assert len(office.documents.tidy()) == 1
    assert office.database.events[-1].reason == "key_gone"


def test_a_check_that_broke_off_is_told_as_that(office: FakeOffice, visitor: Client) -> None:
    with office.database.read() as stores:
        turn = stores.turns.by_code(DAY, "R001")
    party = office.documents.party_of_turn(turn)
    place = office.documents.make_room(party)
    office.documents.received(place, party, "pdf", 10, actor="phone")

    office.clock.move(601)
    office.documents.tidy()

    assert "La comprobación se interrumpió" in visitor.get("/my/documents").text


@pytest.mark.slow
def test_more_than_ten_are_a_matter_for_the_desk(office: FakeOffice, visitor: Client) -> None:
    for _ in range(10):
        send(visitor, papers.jpeg())
        office.clock.move(30)

    refused = send(visitor, papers.jpeg())

    assert refused.status_code == 409
    assert "Ya hay demasiados documentos" in refused.text
    assert 'type="file"' not in visitor.get("/my/documents").text


def test_too_many_checks_at_once_are_put_off(office: FakeOffice, visitor: Client) -> None:
    office.inspector._open = 12

    answer = send(visitor, papers.pdf())

    assert answer.status_code == 503
    assert "muchos documentos" in answer.text


@pytest.mark.slow
def test_no_name_of_a_file_and_nothing_personal_is_in_the_log_and_the_log_rebuilds_them(
    office: FakeOffice, visitor: Client, log_in, capfd: pytest.CaptureFixture[str]
) -> None:
    send(visitor, papers.pdf())
    send(visitor, papers.encoded(papers.letter(), "JPEG", comment=CANARY.encode()), name=f"{CANARY}.jpg")
    send(visitor, papers.hostile()["jpeg cut off"][0])
    marta = attend(office, log_in)
    for card in marta.get("/api/v1/desks/3/documents").json():
        assert CANARY.encode() not in marta.get(f"/desk/3/documents/{card['id']}").content
    marta.post("/api/v1/desks/3/finish", outcome="resolved")
    office.clock.move(30)
    office.documents.tidy()

    log = json.dumps([[e.type, e.actor, e.reason, dict(e.body)] for e in office.database.events])
    with office.database.read() as stores:
        stored = {d.id: d for d in stores.documents._rows.values()}
    assert CANARY not in log + "".join(capfd.readouterr())
    assert rebuild(office.database.events) == stored
    assert len(stored) == 3
