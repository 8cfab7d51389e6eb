"""What does it add to a command to know who calls, and that the table lets them in?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

import uvloop
from starlette.requests import Request

from domain.actor import Actor, Duty, Role
from infra.bench.frame import Report, at_most, machine, summary
from infra.identity.place import local_authority
from infra.settings import Settings
from interfaces.http.edge import Edge
from interfaces.http.limits import Limits
from interfaces.http.routing import check_admitted, row_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from infra.identity.access_tokens import TokenAuthority

Say = Callable[[str], None]

OPERATION: Final = "show_document"
"""Its row asks for a duty as well."""
GUARDED, OPEN = "/v1/guarded", "/v1/open"
KEY: Final = "only for a benchmark, and nothing else"
CALLERS: Final = 64
ANSWER: Final = {"type": "http.response.start", "status": 200, "headers": []}


def run(*, quick: bool, say: Say) -> Report:
    """The same answer with and without a caller, by turns, so that a busy neighbour meets both; processor time."""
    calls = 5_000 if quick else 50_000
    settings = Settings(environment="local", token_signing_key=KEY)
    authority = local_authority(settings.token_key, 86_400)
    edge = Edge(_answer, authority, Limits.of(settings), frozenset({OPEN}))
    say("signing")
    known = _tokens(authority, CALLERS) * (calls // CALLERS)
    fresh = _tokens(authority, len(known) // 5)
    say("asking")
    uvloop.run(_by_turns(edge, known[:CALLERS]))
    bare, remembered = uvloop.run(_by_turns(edge, known))
    bare_beside, first = uvloop.run(_by_turns(edge, fresh))
    return Report(
        bench="authorisation",
        machine=machine(),
        setting={"calls": len(known), "first_calls": len(fresh), "callers": CALLERS},
        figures={
            "without_a_caller": summary(bare),
            "caller_known": summary(remembered),
            "caller_seen_for_the_first_time": summary(first),
        },
        bars=[
            at_most("added_ms_of_a_known_caller", _added_ms(bare, remembered), 0.3),
            at_most("added_ms_of_a_new_token", _added_ms(bare_beside, first), 0.3),
        ],
    )


def _tokens(authority: TokenAuthority, how_many: int) -> list[str]:
    now = datetime.now(UTC)
    crew = Actor(Role.PROVIDER, UUID(int=1), "bench", duty=Duty.DISPATCHER)
    return [authority.sign(replace(crew, person_id=uuid4()), now) for _ in range(how_many)]


def _added_ms(without: Sequence[float], beside: Sequence[float]) -> float:
    """The median of what each pair of calls differs by."""
    return statistics.median(b - a for a, b in zip(without, beside, strict=True)) * 1e3


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    """What a route does first, and nothing after it."""
    del receive
    if scope["path"] == GUARDED:
        check_admitted(Request(scope), row_of(OPERATION), OPERATION)
    await send(ANSWER | {"headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _by_turns(edge: ASGIApp, tokens: Sequence[str]) -> tuple[list[float], list[float]]:
    """Seconds of each call without a caller, and of each with one."""
    bare, guarded = [], []
    for token in tokens:
        bare.append(await _call_s(edge, OPEN, token))
        guarded.append(await _call_s(edge, GUARDED, token))
    return bare, guarded


async def _call_s(edge: ASGIApp, path: str, token: str) -> float:
    headers = [(b"authorization", b"Bearer " + token.encode()), (b"content-length", b"0")]
    scope: Scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b""}
    statuses: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    began = time.thread_time()
    await edge(scope, _nothing, send)
    took_s = time.thread_time() - began
    if statuses != [200]:
        raise RuntimeError(f"the edge answered {statuses}")
    return took_s


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
