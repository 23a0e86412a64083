"""Attendance certificates: made for whoever was here, checked for whoever is shown one."""

from __future__ import annotations

from collections.abc import Callable

from edge.domain import certificates
from edge.domain.certificates import Attested, Certificate
from edge.domain.errors import NotFound
from edge.domain.turns import Turn
from edge.services.context import Context


class CertificateService:
    """Use cases of certificates; *chance* returns random bytes."""

    def __init__(self, context: Context, chance: Callable[[int], bytes]) -> None:
        self._context, self._chance = context, chance

    def make(self, turn: Turn, name: str, *, actor: str) -> Attested:
        """Certify the visit of *turn* for *name* (may be empty).

        Raises ``RuleViolation`` (``never_here``, ``too_many_certificates``) and ``BadInput`` (``bad_name``).
        """
        printed, now = certificates.plain_name(name), self._context.now()
        with self._context.database.write() as uow:
            visit = uow.visits.get(turn.visit)
            arrivals = [t.waiting_since for t in uow.turns.of_visit(turn.visit) if t.waiting_since]
            one = certificates.certificate(
                self._chance(5),
                visit.id,
                at=now,
                arrived_at=min(arrivals, default=None),
                left_at=visit.ended_at,
                before=uow.certificates.count(visit.id),
            )
            uow.certificates.add(one)
            uow.log.append(certificates.made(one, actor=actor))
            uow.commit()
        second = certificates.control(self._context.code_key, one, printed)
        return Attested(one, printed, certificates.full_code(one, second))

    def find(self, code: str) -> Certificate:
        """Return the certificate behind a typed *code*; raise ``NotFound`` (``no_certificate``) or ``BadInput``."""
        first, _ = certificates.halves(code)
        with self._context.database.read() as stores:
            one = stores.certificates.find(first)
        if one is None:
            raise NotFound("no such certificate", code="no_certificate")
        return one

    def is_whole(self, code: str, name: str) -> bool:
        """Whether the paper with *code* and *name* is as it left the office; raises like ``find``."""
        return certificates.is_whole(self._context.code_key, self.find(code), certificates.halves(code)[1], name)
