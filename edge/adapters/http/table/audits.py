"""The rows of accuracy audits: those that are done, and the keys of one that goes on."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import audits
from edge.adapters.http.shapes.audits import AuditCamera, AuditOutcome, LiveAudit, Seen
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.table.rows import TECHNICAL
from edge.contracts.cameras import AuditReport

PAGES: tuple[Endpoint, ...] = (
    TECHNICAL.page("/audits", audits.audits, "Accuracy audits of the people counters"),
    TECHNICAL.live("/audits/live", audits.audits_live, "The same live"),
    TECHNICAL.live("/audits/pulse", audits.pulse, "The life of the session"),
    TECHNICAL.page("/audits/live/{group}/{camera}", audits.keys, "Keys to audit a camera with", refuses=(404,)),
    TECHNICAL.live(
        "/audits/live/{group}/{camera}/live", audits.keys_live, "Whether its counter is there, live", refuses=(404,)
    ),
    TECHNICAL.page("/audits/{audit}", audits.report, "One report", refuses=(404,)),
    TECHNICAL.page("/audits/{audit}/crossings.csv", audits.crossings, "Its crossings as a table", refuses=(404,)),
)

API: tuple[Endpoint, ...] = (
    TECHNICAL.get("/api/v1/audits", audits.report_list, "The newest accuracy audits", list[AuditReport]),
    TECHNICAL.get("/api/v1/audits/cameras", audits.camera_list, "What can be audited now", list[AuditCamera]),
    TECHNICAL.get("/api/v1/audits/{audit}", audits.report_now, "One report whole", AuditReport, refuses=(404,)),
    TECHNICAL.post(
        "/api/v1/audits/live/{group}/{camera}",
        audits.begin,
        Nothing,
        "Begin to audit a camera at the door",
        LiveAudit,
        status=201,
        refuses=(400, 404, 409, 503),
    ),
    TECHNICAL.get("/api/v1/audits/sessions/{session}", audits.outcome, "Whether its report has come", AuditOutcome),
    TECHNICAL.post(
        "/api/v1/audits/sessions/{session}/marks",
        audits.mark,
        Seen,
        "Mark somebody who crosses",
        LiveAudit,
        refuses=(400, 404, 503),
    ),
    TECHNICAL.post(
        "/api/v1/audits/sessions/{session}/end",
        audits.end,
        Nothing,
        "End an audit",
        LiveAudit,
        refuses=(400, 404, 503),
    ),
)
