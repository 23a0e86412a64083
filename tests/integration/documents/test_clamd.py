"""ClamAV's daemon: the real one, and one that is slow, away or out of its mind."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from edge.adapters.sanitise.clamd import Clamd, NoScanner
from edge.domain.errors import Unavailable
from tests.fixtures import papers
from tests.fixtures.clamd import ClamdServer


def test_the_test_virus_is_found_alone_and_inside_a_document(clamd: ClamdServer) -> None:
    scanner = Clamd(str(clamd.socket))

    assert scanner.scan(papers.EICAR).startswith("Eicar-Test")
    assert scanner.scan(papers.pdf(more=b"100 0 obj\n(" + papers.EICAR + b")\nendobj\n")).startswith("Eicar-Test")
    assert scanner.scan(papers.jpeg()) == ""


def test_a_large_file_goes_through_in_pieces(clamd: ClamdServer) -> None:
    scanner = Clamd(str(clamd.socket))

    assert scanner.scan(bytes(19_000_000)) == ""
    assert scanner.scan(bytes(5_000_000) + papers.EICAR) != ""


def test_more_than_the_daemon_takes_is_no_clean_bill(clamd: ClamdServer) -> None:
    with pytest.raises(Unavailable) as refused:
        Clamd(str(clamd.socket)).scan(bytes(33_000_000))

    assert refused.value.code == "scanner_away"


@contextmanager
def answering(answer: bytes | None) -> Iterator[str]:
    """Serve one caller: read what it sends, then say *answer*, or nothing and hang."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = server.accept()
        with line:
            line.settimeout(5)
            while not line.recv(65536).endswith(b"\0\0\0\0"):
                pass
            if answer is None:
                line.recv(1)
            else:
                line.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}"
    finally:
        thread.join(10)
        server.close()


@pytest.mark.parametrize("answer", [b"", b"stream: Size limit reached ERROR\0", b"\xff" * 5000, b"OK\0", None])
def test_an_answer_that_is_none_is_no_clean_bill(answer: bytes | None) -> None:
    with answering(answer) as address, pytest.raises(Unavailable):
        Clamd(address, timeout_s=0.3).scan(b"hello")


@pytest.mark.parametrize(("answer", "found"), [(b"stream: OK\0", ""), (b"stream: A b\nc FOUND\0", "A_b_c")])
def test_the_protocol_is_kept_over_tcp_too(answer: bytes, found: str) -> None:
    with answering(answer) as address:
        assert Clamd(address).scan(b"hello") == found


def test_a_daemon_that_is_not_there_is_told_as_that(tmp_path) -> None:
    away = Clamd(str(tmp_path / "none.ctl"))

    assert not away.answers()
    with pytest.raises(Unavailable, match="clamd"):
        away.scan(b"x")
    assert NoScanner().scan(papers.EICAR) == ""
