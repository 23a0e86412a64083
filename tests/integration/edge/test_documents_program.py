"""Documents in the whole program: real database, real rounds; what is left on the disk when a visit has ended."""

from __future__ import annotations

import re
import statistics
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from edge.domain.desks import DeskState
from edge.domain.documents import DocumentKind, Drawing
from edge.domain.tokens import code_at
from edge.domain.turns import Channel
from edge.runtime.clock import ManualClock
from edge.services.turns import Wish
from tests.fixtures import papers
from tests.fixtures.processes import unused_port
from tests.fixtures.waiting import wait_until
from tests.integration.edge.conftest import RunOffice
from tests.integration.edge.test_program import edge

CANARY = b"CANARY-7654321-NAME"


@pytest.mark.slow
def test_a_visit_leaves_nothing_of_its_documents_on_the_disk(
    run_office: RunOffice, manual_clock: ManualClock, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program = run_office(unused_port(), public_url="http://localhost")
    parts = program.parts
    program.work.carry_out(parts.attention.set_desk, "1", DeskState.OPEN, agent="ana")
    code = code_at(parts.context.code_key, parts.office.id, parts.clock.now()).code
    photo = papers.encoded(papers.letter(), "JPEG", comment=CANARY)
    document = papers.pdf(more=b"100 0 obj\n(" + CANARY + b")\nendobj\n")
    with httpx.Client(base_url=f"http://127.0.0.1:{program.port}", timeout=60) as phone:
        phone.get("/")
        phone.post("/turns", data={"service": "registro", "code": code})
        for data in (photo, document, papers.hostile()["pdf cut off"][0]):
            phone.post("/my/documents", files={"file": (f"{CANARY.decode()}.pdf", data)})
        page = phone.get("/my/documents", params={"lang": "es"}).text
    vault = Path(program._config.spool_dir) / "documents"
    sealed = [path.read_bytes() for path in vault.iterdir()]

    program.work.carry_out(parts.attention.call_next, "1", agent="ana")
    program.work.carry_out(parts.attention.start, "1", agent="ana")
    program.work.carry_out(parts.attention.finish, "1", agent="ana", outcome="resolved")
    manual_clock.move(30)
    wait_until(lambda: not list(vault.iterdir()), 15, "the vault is empty")

    assert page.count("Listo para su visita") == 2
    assert len(sealed) == 2
    assert not [data for data in sealed if CANARY in data or data.startswith((b"%PDF", b"\xff\xd8"))]
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert CANARY not in everything
    assert CANARY.decode() not in "".join(capfd.readouterr())
    with parts.database.read() as stores:
        assert stores.documents.live() == []
        assert stores.connection.execute("select count(*) from contact").fetchone()[0] == 0


def test_a_write_of_documents_takes_the_writer_a_moment_only(run_office: RunOffice) -> None:
    program = run_office(unused_port())
    parts = program.parts
    program.work.carry_out(parts.attention.set_desk, "1", DeskState.OPEN, agent="ana")
    wish = Wish("registro", Channel.WEB, "es", present=True)
    party = parts.documents.party_of_turn(program.work.carry_out(parts.turns.take, wish, actor="test").turn)
    drawing = Drawing(DocumentKind.PDF, 1, 10, "ab" * 32)

    def timed() -> float:
        began = time.thread_time()
        place = parts.documents.make_room(party)
        parts.documents.received(place, party, DocumentKind.PDF, 10, actor="phone")
        parts.documents.checked(place.document)
        parts.documents.clean(place.document, drawing, set())
        parts.submissions.identify(party, {"name": "x"}, provider="x", level="", actor="phone")
        parts.submissions.submit(party, actor="phone")
        return (time.thread_time() - began) / 6

    took = [program.work.carry_out(timed) for _ in range(9)]

    assert statistics.median(took) <= 0.005


@pytest.mark.parametrize("online", [True, False])
def test_a_receipt_says_whether_the_centre_was_reached(run_office: RunOffice, online: bool) -> None:
    program = run_office(unused_port())
    parts = program.parts
    program.work.carry_out(parts.attention.set_desk, "1", DeskState.OPEN, agent="ana")
    wish = Wish("registro", Channel.WEB, "es", present=True)
    party = parts.documents.party_of_turn(program.work.carry_out(parts.turns.take, wish, actor="test").turn)
    parts.is_online = lambda: online  # as the program does with its uplink, long after the parts were built

    def submitted() -> bool:
        place = parts.documents.make_room(party)
        parts.documents.received(place, party, DocumentKind.PDF, 10, actor="phone")
        parts.documents.checked(place.document)
        parts.documents.clean(place.document, Drawing(DocumentKind.PDF, 1, 10, "ab" * 32), set())
        parts.submissions.identify(party, {"name": "x"}, provider="x", level="", actor="phone")
        return bool(parts.submissions.submit(party, actor="phone").online)

    assert program.work.carry_out(submitted) is online


def test_identity_providers_are_checked_with_the_configuration(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s")
    head = (
        f'office = "carretas4"\ndatabase = "{tmp_path / "o.db"}"\n[identity.clave]\ntitle = "Cl@ve"\nclient_id = "o"\n'
    )

    def checked(rest: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "edge.toml").write_text(head + rest)
        return edge("check-config", str(tmp_path / "edge.toml"))

    good = checked(f'issuer = "https://clave.example"\nsecret_file = "{secret}"\n')
    plain = checked(f'issuer = "http://clave.example"\nsecret_file = "{secret}"\n')
    missing = checked(f'issuer = "https://clave.example"\nsecret_file = "{tmp_path / "none"}"\n')

    assert good.returncode == 0, good.stderr
    assert (plain.returncode, missing.returncode) == (1, 1)
    assert re.search(r"identity\.clave\.issuer", plain.stderr)
    assert re.search(r"identity\.clave\.secret_file", missing.stderr)
