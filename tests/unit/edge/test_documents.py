from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from edge.domain import documents, eni
from edge.domain.contents import active_parts, is_mixed, kind_of
from edge.domain.documents import (
    MAX_OFFICE_BYTES,
    TRANSITIONS,
    Document,
    DocumentAction,
    DocumentKind,
    DocumentState,
    Drawing,
    must_have_room,
    rebuild,
)
from edge.domain.errors import IllegalTransition, RuleViolation, Unavailable
from edge.domain.events import Event, Stream
from tests.fixtures import papers
from tests.fixtures.clocks import MONDAY_MORNING as NOW

ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
DRAWING = Drawing(DocumentKind.PDF, 2, 1000, "ab" * 32)


def document(**facts: object) -> Document:
    return replace(Document(ULID, "visit-1", DocumentKind.JPEG, 5000, NOW), **facts)  # type: ignore[arg-type]


def test_only_the_rows_of_the_table_are_possible() -> None:
    for state in DocumentState:
        for action in DocumentAction:
            one = document(state=state)
            if (state, action) in TRANSITIONS:
                assert one.apply(action, at=NOW, actor="x", drawing=DRAWING)[0].state is TRANSITIONS[state, action]
            else:
                with pytest.raises(IllegalTransition):
                    one.apply(action, at=NOW, actor="x")


def test_a_document_is_rebuilt_from_its_events() -> None:
    first = document()
    checked, one = first.apply(DocumentAction.CHECK, at=NOW, actor="system")
    clean, two = checked.apply(DocumentAction.PASS, at=NOW, actor="system", drawing=DRAWING, removed={"launch"})
    sent = documents.submitted(clean, "S1")
    given, three = sent.apply(DocumentAction.HAND_ON, at=NOW, actor="agent:ana")
    submit = Event(Stream.TURNS, "documents_submitted", NOW, "phone", "", {"submission": "S1", "documents": [ULID]})
    log = [documents.received(first, actor="phone"), one, two, submit, three]

    assert rebuild(log) == {ULID: given}
    assert two.body["removed"] == ["launch"]


def test_events_hold_no_word_of_the_document() -> None:
    event = documents.received(document(), actor="phone")

    assert set(event.body) == {"document", "party", "kind", "bytes"}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (papers.pdf(), DocumentKind.PDF),
        (papers.jpeg(), DocumentKind.JPEG),
        (papers.png(), DocumentKind.PNG),
        (papers.heic(), DocumentKind.HEIC),
        (b"\n%PDF-1.7", None),
        (b"GIF89a" + b"\0" * 40, None),
        (b"MZ" + b"\0" * 40, None),
        (papers.archive(), None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_a_kind_is_told_by_content(data: bytes, kind: DocumentKind | None) -> None:
    assert kind_of(data) is kind


def test_a_photo_with_a_film_behind_it_is_an_honest_photo() -> None:
    moving = papers.jpeg() + b"\0\0\0\x18ftypmp42" + b"\0" * 5000

    assert not is_mixed(moving, DocumentKind.JPEG)
    assert is_mixed(papers.jpeg() + papers.archive(), DocumentKind.JPEG)


def test_active_parts_of_a_pdf_are_named() -> None:
    assert active_parts(papers.pdf_that_acts()) == {"javascript", "launch", "embedded", "opens"}
    assert active_parts(papers.pdf()) == set()


def test_a_party_may_send_ten_and_sixty_megabytes() -> None:
    must_have_room([document()] * 9 + [document(state=DocumentState.REFUSED)] * 5, office_bytes=0)
    with pytest.raises(RuleViolation, match="too_many_documents"):
        must_have_room([document()] * 10, office_bytes=0)
    with pytest.raises(RuleViolation, match="documents_too_large"):
        must_have_room([document(bytes=20_000_000)] * 3, office_bytes=0)


def test_only_a_clean_document_is_submitted_once() -> None:
    clean = document(state=DocumentState.CLEAN)

    assert documents.submitted(clean, "S").submission == "S"
    for one in (document(), documents.submitted(clean, "S")):
        with pytest.raises(RuleViolation):
            documents.submitted(one, "T")


def test_the_metadata_are_those_of_the_standard_and_claim_no_authentic_copy() -> None:
    captured = NOW.astimezone().replace(microsecond=0) + timedelta(0)
    found = eni.metadata(document(format=DocumentKind.JPEG, sha256="ab"), organ="O00000001", captured_at=captured)

    assert found["Identificador"] == f"ES_O00000001_{captured.year}_O360{ULID}"
    assert len(found["Identificador"].rsplit("_", 1)[1]) == 30
    assert (found["Origen"], found["EstadoElaboracion"], found["NombreFormato"]) == ("0", "EE99", "JPEG")
    assert set(found) >= {"VersionNTI", "Organo", "FechaCaptura", "TipoDocumental", "TipoFirma"}
    with pytest.raises(ValueError, match="ULID"):
        eni.identifier("short", "O00000001", 2026)


def test_an_office_that_cannot_send_on_takes_no_more_than_it_can_hold() -> None:
    must_have_room([], office_bytes=MAX_OFFICE_BYTES - 1)

    with pytest.raises(Unavailable) as full:
        must_have_room([], office_bytes=MAX_OFFICE_BYTES)

    assert full.value.code == "documents_full"
