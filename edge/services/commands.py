"""Commands of the centre: decided, carried out once, and reported as events."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from edge.contracts.uplink import COMMAND_STREAM, CommandProgress, SignedCommand
from edge.domain.events import Event, Stream
from edge.services.context import Context
from edge.services.ports import UnitOfWork
from edge.services.uplink import Accepted, CommandWork, IdentifyWork, Refused, Verifier, progress, read_command

ACTOR = "centre"
STREAM = Stream(COMMAND_STREAM)


class CommandService:
    """Use case of the uplink. *identify* makes the screens say which office this is.

    *reload* asks for the documents of the office to be read again; what came of it is an event of its own.
    """

    def __init__(
        self, context: Context, verifier: Verifier, identify: Callable[[int], None], reload: Callable[[], None]
    ) -> None:
        self._context, self._verifier, self._identify, self._reload = context, verifier, identify, reload

    def obey(self, signed: SignedCommand) -> CommandProgress:
        """Carry out *signed* unless it must be refused or was dealt with before; the answer is in the log."""
        now = self._context.now()
        with self._context.database.write() as uow:
            outcome = read_command(
                signed, office=self._context.office().id, verifier=self._verifier, seen=uow.commands, now=now
            )
            answer = self._answer(uow, outcome)
            uow.commit()
        return answer

    def _answer(self, uow: UnitOfWork, outcome: Accepted | Refused) -> CommandProgress:
        if isinstance(outcome, Refused):
            if outcome.code == "seen":
                return CommandProgress(command=outcome.command_id, type=outcome.type, state="done", code="seen")
            answer = progress(outcome)
            self._log(uow, answer)
            return answer
        self._log(uow, progress(outcome))
        self._carry_out(outcome.work)
        answer = CommandProgress(command=outcome.command.id, type=outcome.command.type, state="done")
        uow.commands.record(outcome.command.id, answer.state, self._context.now())
        self._log(uow, answer)
        return answer

    def _carry_out(self, work: CommandWork) -> None:
        if isinstance(work, IdentifyWork):
            self._identify(work.seconds)
        else:
            self._reload()

    def _log(self, uow: UnitOfWork, answer: CommandProgress) -> None:
        body = msgspec.to_builtins(answer)
        uow.log.append(Event(STREAM, f"command_{answer.state}", self._context.now(), ACTOR, answer.code, body))
