"""What can an auditor ask of the log: what happened, what caused it, what was known then, and is it proved?"""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Path, Query
from starlette.responses import Response

from domain.ids import Prefix
from domain.refusal import NotFound
from infra.audit.prove import Unprovable
from infra.audit.root import NothingSealed
from infra.queries.audit import MOST_IN_TREE, Wanted
from interfaces.http import answers
from interfaces.http.audit_views import PREFIX_OF_KIND, event_shown, kind_of, outcome_of, state_of, tree_of
from interfaces.http.calls import Asked, MinPosition, Paged, id_in_path
from interfaces.http.cursors import Cursors
from interfaces.http.problems import Problem
from interfaces.http.routing import Routes
from interfaces.http.shapes.audit import CommandTree, EventPage, ProofShown, RootShown, StateShown
from interfaces.http.shapes.values import InstantAsked

EVENTS: Final = "/v1/audit/events"
STREAMS: Final = tuple(PREFIX_OF_KIND.values())
HIGHEST: Final = 2**62

ANY_STREAM: Final = f"^({'|'.join(STREAMS)})[0-9a-f]{{32}}$"
StreamText = Annotated[str | None, Query(pattern=ANY_STREAM, description="Of this thing.")]
TypeText = Annotated[
    str | None,
    Query(
        alias="type",
        pattern=r"^[a-z_]{1,60}(\.[a-z_]{1,60})?$",
        description="Of this topic, such as `offer.made`, or about this kind of thing, such as `offer`.",
    ),
]
ActorText = Annotated[
    str | None,
    Query(
        pattern=r"^[a-z]{1,20}:[a-z0-9_-]{1,60}(~[a-z]{1,20}:[a-z0-9_-]{1,60})?$",
        description="By this actor: role, colon, subject; in somebody's name, a tilde and who really acted follow.",
        examples=["system:dispatcher"],
    ),
]
Since = Annotated[InstantAsked | None, Query(alias="from", description="Occurred at this instant or later.")]
Until = Annotated[InstantAsked | None, Query(description="Occurred before this instant.")]
PositionInPath = Annotated[int, Path(ge=1, le=HIGHEST, description="Position in the log.")]
SegmentAsked = Annotated[
    int | None, Query(ge=1, le=HIGHEST, description="Segment of the root you hold; without it the newest root's.")
]

routes = Routes("Audit")


@routes.query(EVENTS, EventPage, problems=("invalid_cursor",))
async def list_events(
    call: Asked,
    stream: StreamText = None,
    topic: TypeText = None,
    actor: ActorText = None,
    since: Since = None,
    until: Until = None,
    *,
    page: Paged,
) -> Response:
    """List events, newest first.

    By thing, type, actor and time of occurrence, all of which have to fit.
    """
    cursors: Cursors = call.request.scope["app"].state.cursors
    await call.at_or_after(call.stack.audit.name, page.min_position)
    given = {"stream": stream, "type": topic, "actor": actor, "from": since, "until": until}
    scope = {name: str(value) for name, value in given.items() if value is not None}
    before = None if page.cursor is None else _position(cursors.read(call.tenant, EVENTS, scope, page.cursor))
    wanted = Wanted(None if stream is None else _stream_id(stream), topic, actor, since, until)
    found = await call.stack.audit.events(call.tenant, wanted, before, page.limit + 1)
    following = None
    if len(found) > page.limit:
        found = found[: page.limit]
        following = cursors.write(call.tenant, EVENTS, scope, [found[-1].position])
    return answers.page([event_shown(one) for one in found], following, EVENTS, {**scope, "limit": page.limit})


@routes.query("/v1/audit/commands/{command_id}", CommandTree)
async def trace_command(call: Asked, command_id: str, min_position: MinPosition = None) -> Response:
    """Show what led to a command and what followed from it.

    Every event with the command's correlation id, as a tree: a command stands before those that it caused.
    """
    wanted = id_in_path(Prefix.COMMAND, command_id)
    await call.at_or_after(call.stack.audit.name, min_position)
    events, receipt = await call.stack.audit.around(call.tenant, wanted)
    if not events and receipt is None:
        raise NotFound
    outcome, code = outcome_of(receipt)
    told = {
        "command_id": command_id,
        "outcome": outcome,
        "refused_code": code,
        "commands": tree_of(events),
        "truncated": len(events) == MOST_IN_TREE,
    }
    return answers.plain(told)


@routes.query("/v1/audit/streams/{stream_id}/state", StateShown)
async def read_state_then(
    call: Asked,
    stream_id: str,
    position: Annotated[int | None, Query(ge=1, le=HIGHEST, description="As of this position of the log.")] = None,
    at: Annotated[InstantAsked | None, Query(description="As of what was recorded by this instant.")] = None,
    min_position: MinPosition = None,
) -> Response:
    """Show a thing as it was.

    As of a position, as of an instant, as of both, whichever is earlier, or as it is now.
    """
    wanted = _stream_id(stream_id)
    await call.log_at_or_after(min_position)
    found = await call.stack.audit.state(call.tenant, wanted, position, at)
    if found is None or not stream_id.startswith(PREFIX_OF_KIND.get(kind_of(found.topic), "")):
        raise NotFound
    return answers.plain(state_of(stream_id, found))


@routes.query("/v1/audit/root", RootShown, problems=("not_found",))
async def read_root(call: Asked, segment: SegmentAsked = None) -> Response:
    """Read the root of the sealed log.

    Keep it where nobody who can change the database can change it.
    """
    try:
        return answers.plain((await call.stack.audit.root(segment)).as_json())
    except NothingSealed as error:
        raise Problem("not_found", str(error)) from error


@routes.query(EVENTS + "/{position}/proof", ProofShown)
async def prove_event(call: Asked, position: PositionInPath, segment: SegmentAsked = None) -> Response:
    """Prove that an event stands in the sealed log.

    `check_proof.py` checks the answer offline against a root exported before.
    """
    try:
        return answers.plain(await call.stack.audit.proof(call.tenant, position, segment))
    except (Unprovable, NothingSealed) as error:
        raise Problem("not_found", str(error)) from error


def _stream_id(text: str) -> UUID:
    for prefix in STREAMS:
        if text.startswith(prefix):
            return id_in_path(prefix, text)
    raise NotFound


def _position(key: list[str | int]) -> int:
    if len(key) != 1 or not isinstance(key[0], int):
        raise Problem("invalid_cursor")
    return key[0]
