"""Submitted documents on their way to the centre: a real office, a real HTTP centre, and a network that fails."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from edge.adapters.deposits import CentreDepot, DepositsSection
from edge.adapters.sqlite.replay_papers import paper_differences
from edge.central.deposit_routes import token_hash
from edge.central.deposits import Deposits, Piece, Refused
from edge.central.standin_documents import DocumentsStandIn
from edge.cli.central import central
from edge.contracts.deposits import PIECE
from edge.demo.stage import PROGRAM
from edge.domain.documents import SUBMITTED_KEPT, DocumentState
from edge.domain.submissions import Means
from edge.runtime.clock import ManualClock
from edge.services.deposits import CentreAway, CentreRefuses
from tests.fixtures import processes
from tests.fixtures.broker import Mosquitto
from tests.fixtures.deposits import BIG, OFFICE, TOKEN, WHO, Way, kept
from tests.fixtures.processes import unused_port
from tests.fixtures.providers import Reply, WebServer


def test_documents_arrive_whole_are_acknowledged_and_leave_the_office(way: Way, centre: DocumentsStandIn) -> None:
    submission = way.submit(b"%PDF one", BIG)

    way.depositing.round()
    after = way.states()
    way.tidy()

    assert sorted(kept(centre).values()) == sorted([b"%PDF one", BIG])
    told = json.loads((centre.deposits._folder / OFFICE / "submissions" / f"{submission}.json").read_bytes())
    assert told["who"] == WHO
    assert {file["metadata"]["EstadoElaboracion"] for file in told["files"]} == {"EE99"}
    assert after == [DocumentState.HANDED_ON] * 2
    assert way.states() == [DocumentState.WIPED] * 2
    assert way.files() == []
    with way.parts.database.read() as stores:
        assert stores.connection.execute("select count(*) from identity").fetchone()[0] == 0
        assert stores.connection.execute("select count(*) from contact where kind = 'key'").fetchone()[0] == 0
        handed = stores.connection.execute(
            "select actor, reason, body from event where type = 'document_handed_on' order by n"
        ).fetchall()
        assert paper_differences(stores.connection, way.parts.clock.now()) == []
    assert {(row["actor"], row["reason"]) for row in handed} == {("centre", "acknowledged")}
    assert {json.loads(row["body"])["sha256"] for row in handed} == {
        hashlib.sha256(data).hexdigest() for data in (b"%PDF one", BIG)
    }
    assert way.depositing.waiting().documents == 0


def test_nothing_is_lost_while_the_way_is_cut_and_staff_are_told(
    way_to: Callable[[str], Way], manual_clock: ManualClock, tmp_path: Path
) -> None:
    port = unused_port()
    way = way_to(f"http://127.0.0.1:{port}")
    way.submit(b"%PDF one")
    handed_in = manual_clock.now()
    for _ in range(8):
        way.depositing.round()
        manual_clock.move(600)
    waiting = way.depositing.waiting()

    with DocumentsStandIn(OFFICE, TOKEN, port=port) as centre:
        way.depositing.round()

        assert list(kept(centre).values()) == [b"%PDF one"]
    assert (waiting.documents, waiting.problem, waiting.is_refused) == (1, "unreachable", False)
    assert (waiting.since, waiting.kept_until) == (handed_in, handed_in + SUBMITTED_KEPT)
    assert way.depositing.waiting().problem == ""
    with way.parts.database.read() as stores:
        rows = stores.connection.execute("select reason, body from event where type = 'deposits_stalled'").fetchall()
    assert [(row["reason"], json.loads(row["body"])["documents"]) for row in rows] == [("unreachable", 1)]


def test_a_transfer_that_was_cut_goes_on_where_it_was(way: Way, centre: DocumentsStandIn) -> None:
    way.submit(BIG)
    pending = way.parts.deposits.pending()[0]
    announcement = way.parts.deposits.announcement(pending)
    assert announcement is not None
    way.depot.announce(announcement)
    centre.deposits.put(OFFICE, pending.documents[0].id, Piece(0, len(BIG), BIG[:PIECE]))
    asked: list[tuple[str, str, int]] = []
    put = centre.deposits.put
    centre.deposits.put = lambda office, name, piece: (  # type: ignore[method-assign]
        asked.append((office, name, piece.start)),
        put(office, name, piece),
    )[1]

    way.depositing.round()

    assert [start for _, _, start in asked] == [PIECE, 2 * PIECE]
    assert list(kept(centre).values()) == [BIG]


def test_an_acknowledgement_that_was_lost_sends_nothing_twice(way: Way, centre: DocumentsStandIn) -> None:
    way.submit(b"%PDF one")
    pending = way.parts.deposits.pending()[0]
    announcement = way.parts.deposits.announcement(pending)
    assert announcement is not None
    way.depot.announce(announcement)
    centre.deposits.put(OFFICE, pending.documents[0].id, Piece(0, 8, b"%PDF one"))
    (centre.deposits._folder / OFFICE / "files" / pending.documents[0].id).unlink()  # the registry has taken it

    way.depositing.round()

    assert way.states() == [DocumentState.HANDED_ON]
    assert kept(centre) == {}


def test_what_the_centre_refuses_stays_and_others_go_on(way: Way, centre: DocumentsStandIn) -> None:
    first = way.submit(b"%PDF one")
    announcement = way.parts.deposits.announcement(way.parts.deposits.pending()[0])
    assert announcement is not None
    file = centre.deposits._place(OFFICE, "files", announcement.files[0].id, ".json")
    other = json.loads(json.dumps({**_builtins(announcement.files[0]), "sha256": "0" * 64}))
    file.write_text(json.dumps(other))
    way.submit(b"%PDF two")

    way.depositing.round()

    waiting = way.depositing.waiting()
    assert (waiting.documents, waiting.problem, waiting.is_refused) == (1, "other_content", True)
    assert [pending.receipt.id for pending in way.parts.deposits.pending()] == [first]
    assert list(kept(centre).values()) == [b"%PDF two"]


def _builtins(file: object) -> dict[str, object]:
    import msgspec

    found: dict[str, object] = msgspec.to_builtins(file)
    return found


@pytest.mark.parametrize(
    ("reply", "error", "reason"),
    [
        (Reply(503, b'{"error": "full"}'), CentreAway, "full"),
        (Reply(200, b"<html>"), CentreAway, "strange_answer"),
        (Reply(401, b'{"error": "unauthorised"}'), CentreAway, "unauthorised"),
        (Reply(404, b'{"error": "not_announced"}'), CentreRefuses, "not_announced"),
        (Reply(404, b"<script>"), CentreRefuses, "http_404"),
        (Reply(200, b'{"id": "A", "offset": 0, "complete": false}'), CentreAway, "no_progress"),
        (Reply(raw=b"nonsense\r\n\r\n"), CentreAway, "no_answer"),
    ],
)
def test_answers_that_are_none_lose_nothing(tmp_path: Path, reply: Reply, error: type[Exception], reason: str) -> None:
    (tmp_path / "token").write_text(TOKEN)
    with WebServer(reply) as server:
        depot = CentreDepot(DepositsSection(url=server.url, token_file=str(tmp_path / "token"), timeout_s=2.0), OFFICE)

        with pytest.raises(error) as told:
            depot.send("A", b"data")

    assert str(told.value) == reason


@pytest.mark.parametrize(
    ("url", "token"), [("http://centre.example", TOKEN), ("ftp://127.0.0.1", TOKEN), ("https://centre.example", "x")]
)
def test_documents_go_over_https_with_a_token_only(tmp_path: Path, url: str, token: str) -> None:
    (tmp_path / "token").write_text(token)

    with pytest.raises(ValueError, match=r"https only|24 characters"):
        CentreDepot(DepositsSection(url=url, token_file=str(tmp_path / "token")), OFFICE)


def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    box = Deposits(tmp_path, free_bytes=0)

    for name in ("../../etc", "a/b", "", ".hidden", "x" * 65):
        with pytest.raises(Refused, match="bad_name"):
            box.state(OFFICE, name)


def test_an_office_cannot_write_for_another(centre: DocumentsStandIn) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}

    answer = httpx.put(f"{centre.url}/documents/v1/other/submissions/A", content=b"{}", headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorised")


def test_a_receipt_says_that_the_region_is_reached_when_it_is(way: Way) -> None:
    way.parts.is_online = lambda: True

    way.submit(b"%PDF one")

    receipt = way.parts.deposits.pending()[0].receipt
    assert (receipt.online, receipt.method) == (True, Means.OIDC)


# --- as a stranger would ----------------------------------------------------------------------------------------------


def test_the_stand_in_centre_keeps_the_contract_for_documents(centre: DocumentsStandIn, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    words = ["verify", centre.url, "--documents", "--office", OFFICE, "--token-file", str(tmp_path / "token"), "--json"]

    done = CliRunner().invoke(central, words)

    assert done.exit_code == 0, done.output
    told = json.loads(done.output.splitlines()[-1])
    names = [check["name"] for check in told["checks"]]
    assert {"refuses_a_changed_bit", "goes_on_and_checks_the_hash", "refuses_a_wrong_token"} <= set(names)


def test_a_centre_that_keeps_nothing_fails_it(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    with WebServer(Reply(200, b'{"id": "A", "offset": 0, "complete": true}')) as server:
        words = ["verify", server.url, "--documents", "--office", OFFICE, "--token-file", str(tmp_path / "token")]

        done = CliRunner().invoke(central, words)

    assert done.exit_code == 1
    assert "FAIL  refuses_a_changed_bit" in done.output
    assert "FAIL  refuses_a_wrong_token" in done.output


@pytest.mark.slow
def test_somebody_at_the_stand_in_sees_what_happens_and_ends_it_with_ctrl_c(broker: Mosquitto, tmp_path: Path) -> None:
    key = tmp_path / "centre.key"
    assert CliRunner().invoke(central, ["keygen", str(key)]).exit_code == 0
    words = ["central", "simulate", OFFICE, "--port", str(broker.port), "--key", str(key), "--answer-s", "0.2"]
    words += ["--stay", "--documents-port", "0"]
    process = subprocess.Popen(
        [*PROGRAM, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write("help\nnonsense\nbook\nfree registro\nleave\nbook registro\nreturn\nstate\n")
        process.stdin.flush()
        said = _until(process, f"{OFFICE}: not heard yet")
        process.send_signal(signal.SIGINT)
        said += process.stdout.read()
        status = process.wait(10)
    finally:
        processes.end(process)
        process.stdin.close()
        process.stdout.close()

    assert "taking documents at http://127.0.0.1:" in said
    assert "FAIL  birth" in said
    assert "free SERVICE [DAY]" in said
    assert "'nonsense' is no command here; help lists them" in said
    assert "use: book SERVICE [DAY]" in said
    assert "no answer: is the office running" in said
    assert "this centre is away; return comes back" in said
    assert "ended; 0 appointments were cancelled" in said
    assert "Traceback" not in said
    assert status == 1  # the office was not there: the contract was not kept


def _until(process: subprocess.Popen[str], words: str) -> str:
    said, limit = "", time.monotonic() + 60
    while words not in said and time.monotonic() < limit:
        assert process.stdout is not None
        said += process.stdout.readline()
    return said


def test_the_centre_itself_takes_documents_from_the_offices_of_its_configuration(tmp_path: Path) -> None:
    from edge.central.app import Centre
    from edge.central.config import CentralConfig, Database, Documents
    from edge.runtime.clock import SystemClock
    from tests.fakes.client import client

    config = CentralConfig(
        database=Database(url=f"sqlite:///{tmp_path / 'central.db'}"),
        documents=Documents(folder=str(tmp_path), offices={OFFICE: token_hash(TOKEN)}),
    )
    made = Centre(config, SystemClock())
    made.start()
    try:
        web = client(made.app())
        known = web.get(f"/documents/v1/{OFFICE}/files/A", headers={"Authorization": f"Bearer {TOKEN}"})
        stranger = web.get(f"/documents/v1/{OFFICE}/files/A", headers={"Authorization": "Bearer x"})
        published = web.get("/openapi.json").json()
    finally:
        made.stop()

    assert (known.status_code, stranger.status_code) == (404, 401)
    assert "/documents/v1/{office}/files/{id}" in published["paths"]
    assert timedelta(days=7) < SUBMITTED_KEPT  # an office that is cut off for a week loses nothing
