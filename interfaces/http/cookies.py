"""How do web apps keep a refresh token that no script can read and no other page can use?"""

from datetime import UTC, datetime
from typing import Final

from fastapi import Request
from starlette.responses import Response

from infra.bootstrap import Stack
from infra.identity.sessions import Pair
from interfaces.http import answers
from interfaces.http.problems import Problem

COOKIE: Final = "__Host-vehicaid-refresh"
"""The prefix makes browsers insist: over TLS only, from this very host, for all of it."""
ASKS: Final = "vehicaid-web"
"""Whoever sends it is a page of ours: no other page may send a header of its own without being asked about first."""


def wants_cookie(request: Request) -> bool:
    """Whether the caller is a web app that keeps no refresh token itself; raises the problem ``wrong_origin``.

    A form of another page can make a browser send our cookie, but neither this header nor another page's name.
    """
    if ASKS not in request.headers:
        return False
    origin = request.headers.get("origin", "")
    stack: Stack = request.scope["app"].state.stack
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if origin not in (own, f"https://{request.headers.get('host', '')}", *stack.settings.web_origins):
        raise Problem("wrong_origin")
    return True


def refresh_token_of(request: Request, sent: str) -> str:
    """The token in the body, or for a web app the one in the cookie; raises the problem ``wrong_origin``."""
    if sent:
        return sent
    return request.cookies.get(COOKIE, "") if wants_cookie(request) else ""


def with_pair(request: Request, shown: dict[str, object], pair: Pair) -> Response:
    """The answer to a sign-in or a refresh; for a web app the refresh token goes into the cookie and nowhere else."""
    if not wants_cookie(request):
        return answers.plain(shown)
    for told in (shown, shown.get("session")):
        if isinstance(told, dict) and "refresh_token" in told:
            told["refresh_token"] = ""
    answer = answers.plain(shown)
    left_s = int((pair.refresh_until - datetime.now(UTC)).total_seconds())
    _set(answer, pair.refresh_token, max(0, left_s))
    return answer


def without_cookie(answer: Response) -> Response:
    """The same answer, after which the browser has no cookie of ours."""
    _set(answer, "", 0)
    return answer


def _set(answer: Response, value: str, for_s: int) -> None:
    answer.set_cookie(COOKIE, value, max_age=for_s, path="/", secure=True, httponly=True, samesite="strict")
