"""The minimum metadata of an electronic document, as the Spanish interoperability standard asks for it.

Source: Norma Técnica de Interoperabilidad de Documento Electrónico, resolution of 19 July 2011, annex I. What a citizen
sends is "EE99, others" until an official or a seal signs it: it is never shown as an authentic copy.
"""

from __future__ import annotations

from datetime import datetime

from edge.domain.documents import Document

VERSION = "http://administracionelectronica.gob.es/ENI/XSD/v1.0/documento-e"
ORIGIN_CITIZEN, ORIGIN_ADMINISTRATION = "0", "1"
NOT_SIGNED_YET = "EE99"
OTHER_DOCUMENT = "TD99"
NO_SIGNATURE = ""
_SPECIFIC_LENGTH = 30
_PREFIX = "O360"  # with a ULID of 26 characters the specific part has its 30


def identifier(document_id: str, organ: str, year: int) -> str:
    """Return ``ES_<organ>_<year>_<30 characters>``; raise ``ValueError`` when *document_id* is no ULID."""
    specific = _PREFIX + document_id
    if len(specific) != _SPECIFIC_LENGTH or not specific.isalnum():
        raise ValueError(f"{document_id!r} is no ULID")
    return f"ES_{organ}_{year:04d}_{specific}"


def metadata(document: Document, *, organ: str, captured_at: datetime) -> dict[str, str]:
    """Return the metadata of *document*; *captured_at* is local time with its offset, *organ* a DIR3 code."""
    return {
        "VersionNTI": VERSION,
        "Identificador": identifier(document.id, organ, captured_at.year),
        "Organo": organ,
        "FechaCaptura": captured_at.isoformat(timespec="seconds"),
        "Origen": ORIGIN_CITIZEN,
        "EstadoElaboracion": NOT_SIGNED_YET,
        "NombreFormato": str(document.format or document.kind).upper(),
        "TipoDocumental": OTHER_DOCUMENT,
        "TipoFirma": NO_SIGNATURE,
        "HuellaAlgoritmo": "SHA-256",
        "Huella": document.sha256,
    }
