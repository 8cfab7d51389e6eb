"""What does a handler know of the call it answers: who, when, under which key, at which version, on which stack?"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Final, TypeVar, cast
from uuid import UUID

from fastapi import Depends, Header, Query, Request
from pydantic import BaseModel

from application.engine import Answer, Done, Work
from application.log import CommandContext, fingerprint_of
from application.personal import PersonalRecord, Told
from domain.actor import Actor
from domain.ids import BadId, parse
from domain.refusal import NotFound
from infra.bootstrap import Stack
from interfaces.http.noted import note_view
from interfaces.http.problems import Problem

C = TypeVar("C")

# 255 characters, as Stripe allows; printable, so that a key can be shown in a log line or a shell.
KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
ETAG: Final = re.compile(r'(?:W/)?"(\d{1,18})"')


class Call:
    """One authenticated request."""

    __slots__ = ("actor", "at", "correlation_id", "request", "stack")

    def __init__(self, request: Request) -> None:
        state = request.scope["state"]
        self.request = request
        self.actor: Actor = state["actor"]
        self.at: datetime = state["at"]
        self.correlation_id: UUID = state["correlation_id"]
        self.stack: Stack = request.scope["app"].state.stack

    async def read_personal(self, record_ids: Sequence[UUID]) -> Mapping[UUID, PersonalRecord | None]:
        """Names, numbers and places, as far as they are kept; that one of ours looks at them is noted."""
        records = await self.stack.personal.get(self.tenant, record_ids)
        if any(records.values()):
            note_view(self.request.scope)
        return records

    @property
    def tenant(self) -> str:
        """Whose data this call is about: what the token says, and nothing else."""
        return self.actor.tenant


class CommandCall(Call):
    """One command: repeated under the same key it gets the same answer."""

    __slots__ = ("__dict__", "body", "key")

    def __init__(self, request: Request, key: str, body: bytes) -> None:
        super().__init__(request)
        self.key = key
        self.body = body

    @cached_property
    def context(self) -> CommandContext:
        """Under which name the answer is remembered.

        The fingerprint is keyed: a receipt outlives an erased customer, and must not tell what they wrote.
        """
        # A company's tokens share one name in the log: what one driver was answered is no other's to have repeated.
        whose = (str(self.actor.person_id), str(self.actor.crew_id)) if self.actor.is_driver else ()
        asked = (self.request.method, self.request.scope["path"], self.body)
        told = fingerprint_of(self.stack.fingerprint_key, *asked, *whose)
        return CommandContext(self.tenant, self.actor.text, self.key, told, self.correlation_id, self.at)

    @cached_property
    def expected_version(self) -> int | None:
        """The version in If-Match; None when there is none, or `*`. Raises the problem ``malformed_request``."""
        return version_in(self.request)

    async def run(self, use_case: Callable[[C, Work], Awaitable[Answer]], command: C, told: Told | None = None) -> Done:
        """Order it: one use case, one save. What is personal is told beside the command, for events hold only ids."""
        return await self.stack.engine.run(self.context, lambda work: use_case(command, work), told)


class QueryCall(Call):
    """One query."""

    __slots__ = ()

    async def at_or_after(self, read_model: str, min_position: int | None) -> None:
        """Wait until a read model has come as far as the caller has; raises the problem ``projection_behind``."""
        if min_position is not None:
            patience_s = self.stack.settings.min_position_wait_s
            await self.stack.waiting.wait_for(read_model, min_position, patience_s)

    async def log_at_or_after(self, min_position: int | None) -> None:
        """For what is read from the log itself: nothing to wait for, unless the position is still to come."""
        if min_position is not None and await self.stack.log_head() < min_position:
            raise Problem("projection_behind", "the log has not come to that position")


def read_key(request: Request) -> str:
    """The caller's idempotency key; raises the problem ``missing_idempotency_key``."""
    key = request.headers.get("idempotency-key", "")
    if not KEY.fullmatch(key):
        raise Problem("missing_idempotency_key")
    return key


def version_in(request: Request) -> int | None:
    """The version in If-Match; None when there is none, or `*`. Raises the problem ``malformed_request``."""
    given = request.headers.get("if-match", "*").strip()
    if given == "*":
        return None
    named = ETAG.fullmatch(given)
    if named is None:
        raise Problem("malformed_request", 'If-Match takes one ETag such as "3"')
    return int(named[1])


def id_in_path(prefix: str, text: str) -> UUID:
    """The id in an address; what cannot be an id is not found, like any id that nobody gave."""
    try:
        return parse(prefix, text)
    except BadId as error:
        raise NotFound from error


def canonical(body: BaseModel | None) -> bytes:
    """A body as bytes that do not depend on spaces, order, spelling of numbers, or fields left at their default."""
    return b"" if body is None else body.model_dump_json(exclude_defaults=True).encode()


Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Names this command. Repeat it when you retry: the first answer comes again, once done.",
        examples=["2f0d1c6e-9a53-4a9e-8d0b-5b1f6a3f4b77"],
    ),
]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        pattern=r'^(\*|(W/)?"\d{1,18}")$',
        description="The ETag of what you decided on; refused with 412 when the object has changed since.",
        examples=['"3"'],
    ),
]


# Routes read both headers by themselves: here they are declared for the document.
def _creation(request: Request, idempotency_key: Key) -> CommandCall:
    return CommandCall(request, idempotency_key, b"")


def _command(request: Request, idempotency_key: Key, if_match: IfMatch = None) -> CommandCall:
    del if_match
    return CommandCall(request, idempotency_key, b"")


def _query(request: Request) -> QueryCall:
    return QueryCall(request)


Command = Annotated[CommandCall, Depends(_command)]
"""Parameter of a command's handler."""

Creation = Annotated[CommandCall, Depends(_creation)]
"""The same, for a command about nothing that exists: it has no version to match."""

Asked = Annotated[QueryCall, Depends(_query)]
"""Parameter of a query's handler."""

MinPosition = Annotated[
    int | None,
    Query(
        ge=0,
        le=2**62,
        description="Answer from this position of the log or later: waits up to 2 s, then 503 with Retry-After.",
    ),
]
Limit = Annotated[int, Query(ge=1, le=200, description="Rows on a page.")]
Cursor = Annotated[str | None, Query(max_length=512, description="`next_cursor` of the page before.")]


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page of a list, and from when on."""

    min_position: int | None
    limit: int
    cursor: str | None


def _page(min_position: MinPosition = None, limit: Limit = 50, cursor: Cursor = None) -> PageAsked:
    return PageAsked(min_position, limit, cursor)


Paged = Annotated[PageAsked, Depends(_page)]
"""Parameter of a list's handler."""


def command_call_of(request: Request, body: bytes) -> CommandCall:
    """The call of a command whose body was read."""
    return CommandCall(request, cast("str", request.scope["state"]["key"]), body)
