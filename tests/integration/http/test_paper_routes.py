"""Attendance certificates and submissions over HTTP: what is printed, who may, what is kept, what can be checked."""

from __future__ import annotations

import io
import json
import re
from urllib.parse import urlsplit

import pypdfium2
import pytest
import zxingcpp
from httpx import Client, Response

from edge.adapters.identity.gateway import CitizenProvider
from edge.domain.documents import rebuild
from edge.services.turns import PAPER
from tests.fakes.client import client
from tests.fakes.office import FakeOffice, office_at
from tests.fixtures import citizen_oidc, papers
from tests.fixtures.citizen_oidc import log_in as log_in_there

NAME = "Núria Peña i Muñoz"
NUMBER = "12345678Z"


@pytest.fixture
def visitor(office: FakeOffice, phone: Client) -> Client:
    phone.post("/turns", data={"service": "registro", "code": office.hall_code().code})
    return phone


def send(phone: Client, data: bytes) -> None:
    phone.post("/my/documents", files={"file": ("x.pdf", data)})


def serve(log_in, login: str = "oriol", desk: str = "3"):
    agent = log_in(login)
    for step in ("open", "next", "start"):
        agent.post(f"/api/v1/desks/{desk}/{step}")
    return agent


def text_of(answer: Response) -> str:
    assert answer.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(answer.content)
    return " ".join(page.get_textpage().get_text_range() for page in document)


def certificate(phone: Client, name: str = NAME, **params: str) -> tuple[Response, str]:
    answer = phone.post("/my/certificate", data={"name": name}, params=params)
    code = re.findall(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", text_of(answer))
    return answer, code[0]


def asking(office: FakeOffice, accept: str) -> Client:
    program = client(office.app())
    program.headers["Accept"] = accept
    return program


# --- certificates ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["es", "ca", "en"])
def test_a_certificate_says_when_and_leads_to_its_check(
    office: FakeOffice, visitor: Client, log_in, language: str
) -> None:
    office.clock.move(600)
    agent = serve(log_in, "marta")
    office.clock.move(900)
    agent.post("/api/v1/desks/3/finish", outcome="resolved")

    answer, code = certificate(visitor, lang=language)
    page = pypdfium2.PdfDocument(answer.content)[0].render(scale=2).to_pil().convert("RGB")
    text = text_of(answer)

    assert NAME in text
    assert "09:00" in text
    assert "09:25" in text
    assert b"pdfaid" in answer.content  # marked as PDF/A
    assert [c.text for c in zxingcpp.read_barcodes(page)] == [f"https://office.example/v/{code}"]
    check = client(office.app())
    whole = check.post("/v", data={"code": code.lower(), "name": f" {NAME.upper()} "}, params={"lang": "es"}).text
    other = check.post("/v", data={"code": code, "name": "Pere Peña"}, params={"lang": "es"}).text
    opened = check.get(f"/v/{code}", params={"lang": "es"}).text
    assert "Es auténtico" in whole
    assert "09:25" in whole
    assert "No coincide" in other
    assert "09:25" not in other
    assert "Este código existe" in opened


def test_the_name_is_kept_nowhere(office: FakeOffice, visitor: Client, capfd: pytest.CaptureFixture[str]) -> None:
    _, code = certificate(visitor, "CANARIA Peña")

    with office.database.read() as stores:
        kept = repr(stores.certificates._rows)
    log = json.dumps([[e.type, e.actor, dict(e.body)] for e in office.database.events])
    assert "CANARIA" not in log + kept + "".join(capfd.readouterr())
    assert code[:4] in log


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "<script>", "a\u202eb", "x" * 81, "🙂", "a\x00b"])
def test_a_name_that_is_none_is_told(office: FakeOffice, visitor: Client, name: str) -> None:
    answer = visitor.post("/my/certificate", data={"name": name})

    assert answer.status_code == 400
    assert "Escriba un nombre con letras" in answer.text


def test_typst_markup_in_a_name_is_printed_as_it_stands(office: FakeOffice, visitor: Client) -> None:
    answer, _ = certificate(visitor, "O'Neill - d’Arc")

    assert "O'Neill - d’Arc" in text_of(answer)


def test_a_certificate_needs_somebody_who_was_here_and_has_an_end(office: FakeOffice, phone: Client) -> None:
    phone.post("/turns", data={"service": "registro"})
    remote = phone.post("/my/certificate", data={"name": ""})
    phone.post("/my/presence", data={"code": office.hall_code().code})
    made = [phone.post("/my/certificate", data={"name": ""}).status_code for _ in range(6)]

    assert remote.status_code == 409
    assert "cuando ha llegado" in remote.text
    assert made == [200] * 5 + [409]
    assert client(office.app()).get("/my/certificate").status_code == 404


def test_codes_that_are_none_are_told(office: FakeOffice) -> None:
    check = client(office.app())

    assert check.get("/v").status_code == 200
    assert check.post("/v", data={"code": "ABC"}).status_code == 400
    assert check.post("/v", data={"code": "ABCD-EFGH-JKMN-PQRS"}).status_code == 404
    assert check.get("/v/ABCD-EFGH-JKMN-PQRS").status_code == 404


def test_a_program_checks_a_certificate_as_json(office: FakeOffice, visitor: Client) -> None:
    _, code = certificate(visitor)
    program = asking(office, "application/json")

    by_path = program.get(f"/api/v1/certificates/{code}").json()
    by_page = program.get(f"/v/{code.lower().replace('-', ' ')}").json()
    whole = program.post("/api/v1/certificates/check", json={"code": code, "name": NAME}).json()
    same = program.post("/v", json={"code": code, "name": NAME})
    changed = program.post("/api/v1/certificates/check", json={"code": code, "name": "Pere Peña"}).json()

    assert by_path == by_page
    assert by_path["whole"] is None
    assert by_path | {"whole": True} == whole == same.json()
    assert "Accept" in same.headers["vary"]
    assert (whole["code"], whole["office"], whole["left_at"]) == (code, "carretas4", None)
    assert whole["arrived_at"] <= whole["made_at"]
    assert (changed["whole"], changed["arrived_at"], changed["made_at"]) == (False, None, None)
    with office.database.read() as stores:
        visit = next(iter(stores.certificates._rows.values())).visit
    assert all(NAME not in repr(answer) and visit not in repr(answer) for answer in (by_path, whole, changed))


@pytest.mark.parametrize(
    ("code", "status", "word"), [("ABC", 400, "bad_code"), ("ABCD-EFGH-JKMN-PQRS", 404, "no_certificate")]
)
def test_a_program_is_told_what_is_wrong_with_a_code(office: FakeOffice, code: str, status: int, word: str) -> None:
    program = asking(office, "application/json")

    for answer in (program.get(f"/v/{code}"), program.get(f"/api/v1/certificates/{code}")):
        assert (answer.status_code, answer.json()["code"]) == (status, word)
        assert answer.headers["content-type"] == "application/problem+json"


def test_codes_cannot_be_tried_out_by_the_hundred(office: FakeOffice) -> None:
    program = client(office.app())

    answers = [program.get("/api/v1/certificates/ABCD-EFGH-JKMN-PQRS") for _ in range(61)]

    assert {a.status_code for a in answers[:60]} == {404}
    assert answers[60].status_code == 429
    assert int(answers[60].headers["retry-after"]) > 0


def test_a_browser_gets_the_page(office: FakeOffice) -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

    answer = asking(office, accept).get("/v/ABCD-EFGH-JKMN-PQRS")

    assert answer.headers["content-type"].startswith("text/html")


def test_somebody_without_a_phone_gets_it_at_the_desk(office: FakeOffice, log_in) -> None:
    office.turn("registro")
    agent, other = serve(log_in, "marta"), log_in("jordi")

    answer = agent.form("/desk/3/certificate", name=NAME)

    assert NAME in text_of(answer)
    assert other.form("/desk/3/certificate", name=NAME).status_code == 404
    with office.database.read() as stores:
        assert stores.links.target(PAPER, "") is None


# --- submissions ----------------------------------------------------------------------------------------------------


def assist(agent, **changes: str):
    return agent.form("/desk/3/documents/assist", **{"name": NAME, "number": "12345678-z", "consent": "yes", **changes})


def test_an_official_identifies_with_consent_and_the_receipt_lists_every_hash(
    office: FakeOffice, visitor: Client, log_in
) -> None:
    send(visitor, papers.pdf(2))
    send(visitor, papers.jpeg())
    oriol = serve(log_in)
    done = assist(oriol)
    receipt = oriol.get(done.headers["location"])
    text = re.sub(r"\s+", " ", text_of(receipt))
    with office.database.read() as stores:
        hashes = [d.sha256 for d in stores.documents.live()]

    assert "CARRETAS4-2026-000001" in text
    assert "funcionario habilitado" in text
    assert "UTC+0100" in text
    assert "error máximo 12 ms" in text
    for digest in hashes:
        assert digest in text.replace(" ", "")
    assert NAME not in text  # who it is stays sealed
    consents = [e for e in office.database.events if e.type == "party_identified"]
    assert [(e.actor, e.body["official"], e.body["consent"]) for e in consents] == [
        ("agent:official", "official", "12.2-v1")
    ]


@pytest.mark.parametrize(
    ("changes", "code"), [({"consent": ""}, "consent"), ({"name": ""}, "nombre"), ({"number": "1;2"}, "identidad")]
)
def test_without_consent_or_a_name_nothing_is_submitted(
    office: FakeOffice, visitor: Client, log_in, changes: dict[str, str], code: str
) -> None:
    send(visitor, papers.pdf())

    refused = assist(serve(log_in), **changes)

    assert refused.status_code == 400
    assert code in refused.text
    assert not [e for e in office.database.events if e.type in ("party_identified", "documents_submitted")]


def test_only_an_official_may(office: FakeOffice, visitor: Client, log_in) -> None:
    send(visitor, papers.pdf())
    marta = serve(log_in, "marta")

    answers = [assist(marta).status_code, marta.get("/submissions").status_code]

    assert answers == [403, 403]
    assert 'id="assist"' not in marta.get("/desk/3").text


def test_without_the_region_the_paper_is_no_receipt(office: FakeOffice, visitor: Client, log_in) -> None:
    office.is_online = False
    send(visitor, papers.pdf())
    oriol = serve(log_in)
    slip = re.sub(r"\s+", " ", text_of(oriol.get(assist(oriol).headers["location"])))

    assert "Pendiente de registro" in slip
    assert "NO es un recibo de registro" in slip
    assert "Recibo de presentación" not in slip


@pytest.mark.parametrize(  # of Arabic pages the order of letters is the reader's business
    ("language", "words"), [(code, {"CARRETAS4", "000001", "SHA"}) for code in ("es", "ca", "en")] + [("ar", {"2026"})]
)
def test_the_person_downloads_the_receipt_too(
    office: FakeOffice, visitor: Client, log_in, language: str, words: set[str]
) -> None:
    send(visitor, papers.pdf())
    oriol = serve(log_in)
    assist(oriol)
    page = visitor.get("/my/documents", params={"lang": language}).text
    place = re.findall(r'action="(/my/documents/receipts/[^"]+)"', page)[0]

    receipt = visitor.get(place, params={"lang": language})
    oriol.post("/api/v1/desks/3/finish", outcome="resolved")

    assert words <= set(re.split(r"[\s-]+", text_of(receipt)))
    assert visitor.get(place).status_code == 200  # after the visit too
    stranger = client(office.app())
    stranger.get("/")
    stranger.post("/turns", data={"service": "registro"})
    assert stranger.get(place).status_code == 404


def test_nobody_submits_without_having_shown_who_they_are(office: FakeOffice, visitor: Client) -> None:
    send(visitor, papers.pdf())

    refused = visitor.post("/my/documents/submit")

    assert refused.status_code == 409
    assert "hay que identificarse" in refused.text
    assert "con su consentimiento" in visitor.get("/my/documents").text


def test_what_is_submitted_outlives_the_visit_until_an_official_takes_it_on(
    office: FakeOffice, visitor: Client, log_in
) -> None:
    send(visitor, papers.pdf())
    oriol = serve(log_in)
    assist(oriol)
    oriol.post("/api/v1/desks/3/finish", outcome="resolved")
    office.clock.move(60)
    assert office.documents.tidy() == []
    page = oriol.get("/submissions").text
    document = re.findall(r"/submissions/documents/(\w+)", page)[0]
    place = re.findall(r'action="(/submissions/\w+/who)"', page)[0]

    seen = oriol.get(f"/submissions/documents/{document}")
    who = oriol.form(place).text
    oriol.form("/submissions/hand-on", document=document)
    for gone in office.documents.tidy():
        office.vault.wipe(gone)

    types = [e.type for e in office.database.events]
    assert seen.content.startswith(b"%PDF")
    assert NAME not in page
    assert (NAME in who, NUMBER in who) == (True, True)
    assert types.count("document_opened") == 1
    assert types.count("identity_opened") == 1
    assert "No queda nada por registrar" in oriol.get("/submissions").text
    assert oriol.get(f"/submissions/documents/{document}").status_code == 404
    with office.database.read() as stores:
        assert stores.submissions._tables.identities == {}
        assert stores.documents.live() == []
        assert rebuild(office.database.events) == stores.documents._rows


def test_nothing_of_the_person_is_in_the_log_or_readable_in_a_table(
    office: FakeOffice, visitor: Client, log_in, capfd: pytest.CaptureFixture[str]
) -> None:
    send(visitor, papers.pdf())
    assist(serve(log_in))

    log = json.dumps([[e.type, e.actor, e.reason, dict(e.body)] for e in office.database.events])
    tables = repr(office.database._tables)
    for word in (NAME, "Núria", NUMBER, "12345678"):
        assert word not in log + tables + "".join(capfd.readouterr())


def test_numbers_go_up_and_are_never_given_twice(office: FakeOffice, log_in) -> None:
    numbers = []
    oriol = log_in("oriol")
    oriol.post("/api/v1/desks/3/open")
    for _ in range(2):
        phone = client(office.app())
        phone.get("/")
        phone.post("/turns", data={"service": "registro", "code": office.hall_code().code})
        send(phone, papers.png())
        oriol.post("/api/v1/desks/3/next")
        oriol.post("/api/v1/desks/3/start")
        numbers.append(assist(oriol).headers["location"].rsplit("/", 1)[1])
        oriol.post("/api/v1/desks/3/finish", outcome="resolved")
        office.clock.move(100)

    assert numbers == ["CARRETAS4-2026-000001", "CARRETAS4-2026-000002"]


def test_a_paper_that_cannot_be_set_is_told(office: FakeOffice, visitor: Client) -> None:
    picture = io.BytesIO(visitor.post("/my/certificate", data={"name": "日本 太郎"}).content).getvalue()

    assert picture.startswith(b"%PDF") or "no se ha podido preparar" in picture.decode()


# --- identity providers ---------------------------------------------------------------------------------------------


def known(office: FakeOffice, phone: Client) -> Response:
    away = phone.get("/identity/clave", params={"to": "/my/documents"})
    back = urlsplit(log_in_there(away.headers["location"]))
    return phone.get(f"{back.path}?{back.query}")


def test_a_person_who_is_known_submits_without_the_desk(tmp_path, provider: CitizenProvider) -> None:
    office = office_at(tmp_path, providers=[provider])
    office.open_desk("3")
    phone = client(office.app())
    phone.get("/")
    phone.post("/turns", data={"service": "registro", "code": office.hall_code().code})
    send(phone, papers.pdf())
    offered = phone.get("/my/documents").text

    returned = known(office, phone)
    ready = phone.get("/my/documents").text
    done = phone.post("/my/documents/submit")
    place = re.findall(r'action="(/my/documents/receipts/[^"]+)"', phone.get("/my/documents").text)[0]

    log = json.dumps([[e.type, e.actor, dict(e.body)] for e in office.database.events])
    assert "Identificarme con Cl@ve" in offered
    assert (returned.status_code, returned.headers["location"]) == (303, "/my/documents")
    assert "Ya se ha identificado" in ready
    assert done.status_code == 303
    assert "por medios electrónicos (Cl@ve)" in re.sub(r"\s+", " ", text_of(phone.get(place)))
    assert "party_identified" in log
    for word in (citizen_oidc.NAME, citizen_oidc.NUMBER):
        assert word not in log + repr(office.database._tables)


def test_coming_back_with_another_browser_or_twice_proves_nothing(tmp_path, provider: CitizenProvider) -> None:
    office = office_at(tmp_path, providers=[provider])
    office.open_desk("3")
    phone, thief = client(office.app()), client(office.app())
    for browser in (phone, thief):
        browser.get("/")
        browser.post("/turns", data={"service": "registro", "code": office.hall_code().code})
    away = phone.get("/identity/clave", params={"to": "/my/documents"})
    back = urlsplit(log_in_there(away.headers["location"]))

    answers = [browser.get(f"{back.path}?{back.query}") for browser in (thief, phone)]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert "No se ha podido comprobar su identidad" in answers[0].text
    assert not [e for e in office.database.events if e.type == "party_identified"]


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/staff", "/my/documents/../../x", ""])
def test_nobody_is_sent_elsewhere_by_us(tmp_path, provider: CitizenProvider, to: str) -> None:
    office = office_at(tmp_path, providers=[provider])

    assert client(office.app()).get("/identity/clave", params={"to": to}).status_code == 400


def test_a_provider_that_is_away_is_told_as_that(tmp_path) -> None:
    office = office_at(tmp_path, providers=[citizen_oidc.citizens("http://127.0.0.1:9")])
    office.open_desk("3")
    phone = client(office.app())
    phone.get("/")
    phone.post("/turns", data={"service": "registro", "code": office.hall_code().code})

    away = phone.get("/identity/clave", params={"to": "/my/documents"})

    assert away.status_code == 503
    assert "no responde" in away.text
