"""The survey after a visit: large buttons, no script, and nothing that leads back to who answered."""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from edge.adapters.http.call import Call
from edge.adapters.http.pages import page
from edge.adapters.http.problems import problem_of, status_of
from edge.adapters.http.routes.portal import sure_turn
from edge.adapters.http.routes.reports import question_text
from edge.adapters.http.shapes.reports import Filled
from edge.domain.errors import BadInput, OfficeError
from edge.domain.turns import Turn, TurnState


async def mine(call: Call) -> Response:
    """Ask the holder of this phone's turn."""
    return await _ask(call, await sure_turn(call), "/my")


async def fill_mine(call: Call, filled: Filled) -> Response:
    """Keep the answers of this phone's turn."""
    return await _fill(call, await sure_turn(call), filled, "/my")


async def paper(call: Call) -> Response:
    """Ask who follows the turn of a paper ticket."""
    return await _ask(call, await _of_paper(call), f"/f/{call.secret()}")


async def fill_paper(call: Call, filled: Filled) -> Response:
    """Keep the answers of a paper ticket's turn."""
    return await _fill(call, await _of_paper(call), filled, f"/f/{call.secret()}")


async def _of_paper(call: Call) -> Turn:
    return await call.web.read(call.web.turns.of_link, call.secret())


async def _ask(call: Call, turn: Turn, place: str, *, wrong: OfficeError | None = None) -> Response:
    is_open = await call.web.read(call.web.survey.is_open, turn)
    return page(
        call,
        "survey.html",
        status=status_of(wrong) if wrong else 200,
        place=place,
        is_open=is_open,
        was_served=turn.state is TurnState.COMPLETED,
        questions=_questions(call),
        wrong=problem_of(wrong, call.web.texts, call.language) if wrong else None,
    )


async def _fill(call: Call, turn: Turn, filled: Filled, place: str) -> Response:
    call.limit_asking()
    given = (filled.q1, filled.q2, filled.q3)
    marks = {question.id: mark for question, mark in zip(call.web.office().survey, given, strict=False)}
    try:
        await call.web.write(call.web.survey.answer, turn, marks)
    except BadInput as error:
        return await _ask(call, turn, place, wrong=error)
    return RedirectResponse(f"{place}/survey", 303)


def _questions(call: Call) -> list[dict[str, Any]]:
    return [
        {"name": f"q{n}", "kind": question.kind, "text": question_text(call, question.id)}
        for n, question in enumerate(call.web.office().survey, 1)
    ]
