"""The action plan of the pilot: every version kept, with who changed what."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

import msgspec

from edge.contracts.ready import ready
from edge.domain.errors import BadInput, NotFound
from edge.domain.events import Event, Stream
from edge.domain.plans import Action, Change, Progress, Term, changes, no_person, same_version, with_action, without
from edge.services.context import Context

NAME = "action_plan"
SHOWN = 30  # versions of the history


@dataclass(frozen=True, slots=True)
class Plan:
    """One version of the plan; version 0 is empty and was never saved."""

    version: int
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """One entry of the history."""

    version: int
    at: datetime
    actor: str
    changes: list[Change]


class PlanService:
    """Use cases of the action plan."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def plan(self) -> Plan:
        """Return the newest version."""
        with self._context.database.read() as stores:
            current = stores.settings.current(NAME)
        return Plan(current[0], _actions(current[1])) if current else Plan(0, ())

    def history(self) -> list[Edition]:
        """Return who changed what, the newest first."""
        with self._context.database.read() as stores:
            versions = stores.settings.history(NAME, SHOWN + 1)
        older = [_actions(version.body) for version in versions[1:]] + [()]
        return [
            Edition(version.number, version.at, version.actor, changes(before, _actions(version.body)))
            for version, before in zip(versions[:SHOWN], older, strict=False)
        ]

    def add(self, term: str, text: str, *, owner: str, due: str, version: int, actor: str) -> Plan:
        """Add an action; raise ``BadInput``, or ``Conflict`` (``plan_conflict``) when another version is newest.

        An *owner* with a name of the staff is ``plan_person``.
        """
        action = Action(self._context.new_id(self._context.now()), _term(term), _plain(text), _plain(owner), _date(due))
        self._check_owner(action.owner)
        return self._change(lambda actions: with_action(actions, action), version=version, actor=actor)

    def edit(
        self, action_id: str, term: str, text: str, *, owner: str, due: str, progress: str, version: int, actor: str
    ) -> Plan:
        """Change one action; raise as ``add`` does, and ``NotFound`` for an action that is not there."""
        if progress not in set(Progress):
            raise BadInput(code="bad_plan")
        facts = {"term": _term(term), "text": _plain(text), "owner": _plain(owner), "due": _date(due)}
        self._check_owner(_plain(owner))

        def change(actions: tuple[Action, ...]) -> tuple[Action, ...]:
            known = next((a for a in actions if a.id == action_id), None)
            if known is None:
                raise NotFound(f"action {action_id}", code="no_such_action")
            return with_action(actions, replace(known, progress=Progress(progress), **facts))  # type: ignore[arg-type]

        return self._change(change, version=version, actor=actor)

    def remove(self, action_id: str, *, version: int, actor: str) -> Plan:
        """Take an action out of the plan; it stays in the history."""
        return self._change(lambda actions: without(actions, action_id), version=version, actor=actor)

    def _check_owner(self, owner: str) -> None:
        with self._context.database.read() as stores:
            no_person(owner, (account.name for _, account in stores.staff.all()))

    def _change(self, change: Callable[[tuple[Action, ...]], tuple[Action, ...]], *, version: int, actor: str) -> Plan:
        now = self._context.now()
        with self._context.database.write() as uow:
            current = uow.settings.current(NAME)
            same_version(version, current[0] if current else 0)
            before = _actions(current[1]) if current else ()
            after = change(before)
            if after == before:
                return Plan(version, before)
            body = msgspec.json.encode(after).decode()
            digest = hashlib.sha256(body.encode()).hexdigest()
            number = uow.settings.put(NAME, body, digest, at=now, actor=actor)
            facts = {"version": number, "digest": digest, "actions": len(after)}
            uow.log.append(Event(Stream.OFFICE, "plan_changed", now, actor, "", facts))
            uow.commit()
        return Plan(number, after)


def _actions(body: str) -> tuple[Action, ...]:
    return msgspec.json.decode(body, type=ready(tuple[Action, ...]))


def _term(term: str) -> Term:
    if term not in set(Term):
        raise BadInput(code="bad_plan")
    return Term(term)


def _plain(text: str) -> str:
    return "".join(c for c in text.strip() if c.isprintable())


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as exc:
        raise BadInput(str(exc), code="bad_range") from exc
