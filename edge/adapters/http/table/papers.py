"""The rows of papers: attendance certificates, submissions and their receipts."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import certificates, submissions
from edge.adapters.http.shapes.documents import OneDocument
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.papers import Assisted, CertificateCheck, NameOnPaper, PaperCode
from edge.adapters.http.table.rows import ANYONE, AT_DESK, staff
from edge.runtime.weblogin import Role

OFFICIAL = staff(Role.OFFICIAL)

PHONE: tuple[Endpoint, ...] = (
    ANYONE.page("/my/certificate", certificates.ask, "Ask for an attendance certificate", refuses=(404,)),
    ANYONE.form("/my/certificate", certificates.make, NameOnPaper, "Make it (PDF)", refuses=(400, 404, 409, 429, 503)),
    ANYONE.page("/v", certificates.check, "Check an attendance certificate", query=("lang",)),
    ANYONE.form(
        "/v",
        certificates.checked,
        PaperCode,
        "Whether it is as it left the office",
        refuses=(400, 404, 429),
        or_json=True,
    ),
    ANYONE.page("/v/{code}", certificates.check, "The same from the code on it", refuses=(400, 404, 429), or_json=True),
    ANYONE.form("/my/documents/submit", submissions.submit, Nothing, "Hand in what is ready", refuses=(404, 409, 429)),
    ANYONE.page("/my/documents/receipts/{number}", submissions.receipt, "A receipt (PDF)", refuses=(404, 503)),
    ANYONE.form(
        "/c/{link}/documents/submit", submissions.submit, Nothing, "Hand in what is ready", refuses=(404, 409, 429)
    ),
    ANYONE.page("/c/{link}/documents/receipts/{number}", submissions.receipt, "A receipt (PDF)", refuses=(404, 503)),
)

API: tuple[Endpoint, ...] = (
    ANYONE.get(
        "/api/v1/certificates/{code}",
        certificates.look_up,
        "What the code on an attendance certificate says",
        CertificateCheck,
        refuses=(400, 404, 429),
    ),
    ANYONE.post(
        "/api/v1/certificates/check",
        certificates.verify,
        PaperCode,
        "Whether an attendance certificate is as it left the office, its name too",
        CertificateCheck,
        refuses=(400, 404, 413, 415, 429),
    ),
)

DESK: tuple[Endpoint, ...] = (
    AT_DESK.form(
        "/desk/{desk}/certificate",
        certificates.make_at_desk,
        NameOnPaper,
        "An attendance certificate for the person at this desk (PDF)",
        refuses=(400, 404, 409, 503),
    ),
    OFFICIAL.page("/desk/{desk}/documents/assist", submissions.ask, "Whom an official identifies", refuses=(404,)),
    OFFICIAL.form(
        "/desk/{desk}/documents/assist",
        submissions.assist,
        Assisted,
        "Identify the person at this desk with their consent and hand in their documents",
        refuses=(400, 404, 409),
    ),
    AT_DESK.page(
        "/desk/{desk}/receipts/{number}",
        submissions.receipt_at_desk,
        "A receipt of the person at this desk (PDF)",
        refuses=(404, 409, 503),
    ),
    OFFICIAL.page("/submissions", submissions.pending, "Submissions that nobody has taken on yet"),
    OFFICIAL.form("/submissions/{submission}/who", submissions.who, Nothing, "Who handed something in", refuses=(404,)),
    OFFICIAL.page("/submissions/{submission}/who", submissions.back, "Back to the list"),
    OFFICIAL.page("/submissions/documents/{document}", submissions.open_one, "One submitted document", refuses=(404,)),
    OFFICIAL.form(
        "/submissions/hand-on", submissions.hand_on, OneDocument, "Say that it is where it belongs", refuses=(404, 409)
    ),
)
