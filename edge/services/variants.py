"""Which variant a day belongs to: a plan that the manager sets, each version of it kept."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from edge.contracts.ready import ready
from edge.domain.errors import BadInput
from edge.domain.events import Event, Stream
from edge.domain.variants import BASE, VariantBy, Variants, variant_of
from edge.services.context import Context
from edge.services.ports import Stores

NAME = "variants"
HISTORY = 200  # versions that are looked through
VariantName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,23}$")]


class VariantPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The setting: by office always the first name, by week a week each in turn from the Monday of *first*."""

    by: Literal["office", "week"] = "office"
    names: Annotated[list[VariantName], msgspec.Meta(min_length=1, max_length=2)]
    first: date


class VariantService:
    """Use cases of variants."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def plan(self) -> VariantPlan | None:
        """Return the plan in force; None when nothing is tried out."""
        with self._context.database.read() as stores:
            current = stores.settings.current(NAME)
        return msgspec.json.decode(current[1], type=ready(VariantPlan)) if current else None

    def set(self, by: str, names: list[str], first: date, *, actor: str) -> VariantPlan:
        """Put a plan in force; raise ``BadInput`` (``bad_variants``, ``variants_need_two``).

        Days that are closed keep their variant.
        """
        try:
            plan = msgspec.convert({"by": by, "names": names, "first": first}, ready(VariantPlan))
        except msgspec.ValidationError as exc:
            raise BadInput(str(exc), code="bad_variants") from exc
        if plan.by == "week" and len(plan.names) < 2:
            raise BadInput(code="variants_need_two")
        if len(set(plan.names)) != len(plan.names):
            raise BadInput("two variants have two names", code="bad_variants")
        now, body = self._context.now(), msgspec.json.encode(plan).decode()
        with self._context.database.write() as uow:
            digest = hashlib.sha256(body.encode()).hexdigest()
            version = uow.settings.put(NAME, body, digest, at=now, actor=actor)
            facts = {"version": version, "by": plan.by, "names": plan.names, "first": plan.first.isoformat()}
            uow.log.append(Event(Stream.OFFICE, "variants_changed", now, actor, "", facts))
            uow.commit()
        return plan

    def today(self) -> str:
        """Return the variant of today."""
        now = self._context.now()
        with self._context.database.read() as stores:
            return variant_at(stores, date.fromisoformat(self._context.day()), now)


def variant_at(stores: Stores, day: date, at: datetime) -> str:
    """Return the variant of *day* by the plan that was in force *at* that moment."""
    versions = stores.settings.history(NAME, HISTORY)
    body = next((version.body for version in versions if version.at <= at), None)
    if body is None:
        return BASE
    plan = msgspec.json.decode(body, type=ready(VariantPlan))
    return variant_of(day, Variants(VariantBy(plan.by), tuple(plan.names), plan.first))
