"""The survey after a visit: asked on the page of the turn, answered once, kept without a way back to who answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from edge.domain.errors import RuleViolation
from edge.domain.survey import Answer, Question, Summary, ballot, checked, summaries
from edge.domain.turns import Turn, TurnState
from edge.services.context import Context
from edge.services.variants import variant_at


class SurveyService:
    """Use cases of the survey."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def questions(self) -> tuple[Question, ...]:
        """Return the questions; none when the office does not ask."""
        return self._context.office().survey

    def is_open(self, turn: Turn) -> bool:
        """Whether the holder of *turn* may answer: the visit had a service and nobody answered for it yet."""
        if turn.state is not TurnState.COMPLETED or not self.questions():
            return False
        with self._context.database.read() as stores:
            return not stores.survey.is_cast(self._ballot(turn))

    def answer(self, turn: Turn, marks: Mapping[str, str]) -> None:
        """Keep the *marks* of a form by question.

        Raises ``BadInput`` (``survey_empty``, ``bad_mark``), ``RuleViolation`` (``survey_over`` for a turn without a
        service, ``survey_answered``). What is kept knows the day, and neither the hour nor the turn.
        """
        if turn.state is not TurnState.COMPLETED:
            raise RuleViolation(code="survey_over")
        given, now = checked(marks, self.questions()), self._context.now()
        answer_id = self._context.new_token()  # no ULID: it would tell the moment
        with self._context.database.write() as uow:
            if not uow.survey.cast(self._ballot(turn), self._context.day()):
                raise RuleViolation(code="survey_answered")
            variant = variant_at(uow, date.fromisoformat(turn.day), now)
            uow.survey.add(answer_id, Answer(turn.day, str(turn.channel), turn.service, variant, given))
            uow.commit()

    def summaries(self, first: date, last: date, *, channel: str = "", variant: str = "") -> list[Summary]:
        """Return what may be told of the answers of some days, by question."""
        with self._context.database.read() as stores:
            answers = stores.survey.answers(first, last)
        kept = [a for a in answers if channel in ("", a.channel) and variant in ("", a.variant)]
        return summaries(kept, [question.id for question in self.questions()])

    def _ballot(self, turn: Turn) -> str:
        return ballot(self._context.code_key, turn.id)
