"""What does a problem's code mean, and what should the caller do?"""

from fastapi import APIRouter
from starlette.responses import Response

from interfaces.http import answers
from interfaces.http.problem_catalogue import CATALOGUE
from interfaces.http.problems import Problem

router = APIRouter(include_in_schema=False)


@router.get("/problems")
async def list_problems() -> Response:
    """All of them."""
    return answers.plain({"data": [_shown(code) for code in sorted(CATALOGUE)]})


@router.get("/problems/{code}")
async def explain_problem(code: str) -> Response:
    """One of them."""
    if code not in CATALOGUE:
        raise Problem("unknown_route")
    return answers.plain(_shown(code))


def _shown(code: str) -> dict[str, object]:
    kind = CATALOGUE[code]
    return {"code": code, "title": kind.title, "status": kind.status, "explanation": kind.explanation}
