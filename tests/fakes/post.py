"""The way from the office to its counters, without a broker."""

from __future__ import annotations

from dataclasses import dataclass, field

from edge.contracts.cameras import AuditMark, AuditSession


@dataclass
class FakePost:
    """An ``AuditPost``: keeps what was sent to the counters."""

    up: bool = True
    sessions: list[AuditSession] = field(default_factory=list)
    marks: list[AuditMark] = field(default_factory=list)

    def audit_session(self, said: AuditSession) -> bool:
        """Take the beginning or the end of an audit."""
        if self.up:
            self.sessions.append(said)
        return self.up

    def audit_mark(self, mark: AuditMark) -> bool:
        """Take a mark."""
        if self.up:
            self.marks.append(mark)
        return self.up
