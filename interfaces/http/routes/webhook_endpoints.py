"""Where do webhooks of ours go, and what became of them? Asked by administrators, and by a partner of its own."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID, uuid5

from fastapi import Query
from starlette.responses import Response

from application.security_log import SecurityKind
from domain.actor import Role
from domain.ids import Prefix, show
from domain.partner_account import PartnerAccount
from domain.refusal import NotFound
from infra.hooks.endpoints import Endpoint
from infra.hooks.messages import Message
from infra.hooks.telling import message_id
from interfaces.http import answers
from interfaces.http.calls import Asked, Call, Command, CommandCall, Creation, Paged, id_in_path
from interfaces.http.cursors import Cursors
from interfaces.http.noted import note_done
from interfaces.http.problems import Problem
from interfaces.http.routing import Routes
from interfaces.http.shapes.webhook_endpoints import (
    HookBody,
    HookChangeBody,
    HookMade,
    HookRemoved,
    HookShown,
    HooksShown,
    HookWithMessages,
    MessagePage,
    MessageState,
    Pinged,
    ReplayBody,
    Replayed,
    RotationBody,
)

HOOKS = "/v1/webhook-endpoints"
ONE = HOOKS + "/{endpoint_id}"
MESSAGES = ONE + "/messages"
AWAY = ("log_unavailable",)
FOUND = ("not_found", *AWAY)
# Behind every position of a log.
END = 2**62

routes = Routes("Webhooks to partners")


@routes.report(
    HOOKS, HookMade, problems=("bad_hook_url", "unknown_hook_name", "too_many_hooks", "key_reused", "bad_id", *FOUND)
)
async def add_webhook_endpoint(call: Creation, body: HookBody) -> Response:
    """Tell a place of whatever happens from now on; the answer shows its secret, this once.

    Repeated under its Idempotency-Key it adds nothing, and shows the secret again as long as no other followed.
    """
    partner_id = await _bound_to(call, body.partner_id)
    order = call.context.command_id
    endpoint_id = uuid5(order, "webhook-endpoint")
    hooks = call.stack.hooks.endpoints
    secret = await hooks.add(call.tenant, endpoint_id, partner_id, body.url, body.names, call.at, order)
    if not secret.is_repeated:
        _note(call, "added", endpoint_id)
    one = await _own(call, show(Prefix.HOOK, endpoint_id))
    return _once({**_shown(one), "secret": secret.shown}, is_repeated=secret.is_repeated)


@routes.query(HOOKS, HooksShown, problems=AWAY)
async def list_webhook_endpoints(call: Asked) -> Response:
    """List where webhooks go, the oldest first: administrators see all of their tenant, a partner its own."""
    found = await call.stack.hooks.endpoints.listed(call.tenant)
    return answers.plain({"data": [_shown(one) for one in found if _is_theirs(call, one)]})


@routes.query(ONE, HookWithMessages, problems=AWAY)
async def read_webhook_endpoint(call: Asked, endpoint_id: str) -> Response:
    """Read where one place stands, and how many messages wait, were taken, or are dead."""
    one = await _own(call, endpoint_id)
    standing = (await call.stack.hooks.messages.standing(call.tenant)).get(one.endpoint_id, {})
    counts = {state: standing.get(state, 0) for state in ("waiting", "taken", "dead")}
    return answers.plain({**_shown(one), "messages": counts})


@routes.report(ONE + "/on", HookShown, problems=FOUND)
async def turn_webhook_endpoint_on(call: Command, endpoint_id: str) -> Response:
    """Go on with a place that is off, or that failed for days; what waited is sent now."""
    return await _turned(call, endpoint_id, on=True)


@routes.report(ONE + "/off", HookShown, problems=FOUND)
async def turn_webhook_endpoint_off(call: Command, endpoint_id: str) -> Response:
    """Send nothing there for now; what happens meanwhile waits."""
    return await _turned(call, endpoint_id, on=False)


@routes.report(ONE + "/change", HookShown, problems=("bad_hook_url", "unknown_hook_name", *FOUND))
async def change_webhook_endpoint(call: Command, endpoint_id: str, body: HookChangeBody) -> Response:
    """Send to another address, or tell of other facts; its secret stays, and what waits goes to the new address."""
    one = await _own(call, endpoint_id)
    url, names = body.url or one.url, one.names if body.names is None else body.names
    await call.stack.hooks.endpoints.change(call.tenant, one.endpoint_id, url, names)
    _note(call, "changed", one.endpoint_id)
    return answers.plain(_shown(await _own(call, endpoint_id)))


@routes.report(ONE + "/removal", HookRemoved, problems=FOUND)
async def remove_webhook_endpoint(call: Command, endpoint_id: str) -> Response:
    """Forget a place, with whatever waits for it."""
    one = await _own(call, endpoint_id)
    await call.stack.hooks.endpoints.remove(call.tenant, one.endpoint_id)
    _note(call, "removed", one.endpoint_id)
    return answers.plain({"id": show(Prefix.HOOK, one.endpoint_id)})


@routes.report(ONE + "/rotate-secret", HookMade, problems=FOUND)
async def rotate_webhook_secret(call: Command, endpoint_id: str, body: RotationBody) -> Response:
    """Sign with another secret, shown this once; the one before signs as well for a day, or as long as is told.

    Repeated under its Idempotency-Key it changes nothing, and shows the secret again as long as no other followed.
    """
    one = await _own(call, endpoint_id)
    order, overlap = call.context.command_id, timedelta(hours=body.overlap_h)
    secret = await call.stack.hooks.endpoints.rotate(call.tenant, one.endpoint_id, call.at, overlap, order)
    if not secret.is_repeated:
        _note(call, "secret_rotated", one.endpoint_id)
    one = await _own(call, endpoint_id)
    return _once({**_shown(one), "secret": secret.shown}, is_repeated=secret.is_repeated)


@routes.report(ONE + "/replay", Replayed, problems=("bad_replay", *FOUND))
async def replay_webhook_messages(call: Command, endpoint_id: str, body: ReplayBody) -> Response:
    """Send what was told again, under the same ids: at most 10,000 messages of the last month by one order.

    Repeated under its Idempotency-Key it sends nothing more, and gives the same number.
    """
    one = await _own(call, endpoint_id)
    positions, order = (body.first_position, body.last_position), call.context.command_id
    count = await call.stack.hooks.messages.replay(
        call.tenant, one.endpoint_id, positions, call.at, order, dead_only=body.dead_only
    )
    _note(call, "replayed", one.endpoint_id)
    return answers.plain({"replayed": count})


@routes.report(ONE + "/test", Pinged, problems=("too_many_pings", *FOUND))
async def ping_webhook_endpoint(call: Command, endpoint_id: str) -> Response:
    """Send a signed `vehicaid.ping.v1` now, also to a place that is off, and say what was answered.

    Addresses and time are guarded as for every webhook. It is tried once, and turns nothing on or off.
    """
    one = await _own(call, endpoint_id)
    ping_id = call.context.command_id
    pinged = await call.stack.hooks.pinging.ping(call.tenant, one.endpoint_id, ping_id, call.at)
    reached = pinged.reached
    told = {"is_taken": reached.is_taken, "status": reached.status, "code": reached.code, "took_ms": pinged.took_ms}
    return answers.plain({"message_id": pinged.message_id, **told})


@routes.query(MESSAGES, MessagePage, problems=("invalid_cursor", *AWAY))
async def list_webhook_messages(
    call: Asked,
    endpoint_id: str,
    *,
    state: Annotated[MessageState | None, Query(description="Only these.")] = None,
    page: Paged,
) -> Response:
    """List what was told to a place, newest first: how often it was tried, when next, and what was answered last."""
    one = await _own(call, endpoint_id)
    messages, path = call.stack.hooks.messages, f"{HOOKS}/{show(Prefix.HOOK, one.endpoint_id)}/messages"
    if page.min_position is not None and await messages.read_until() < page.min_position:
        raise Problem("projection_behind", "the log was not read so far for webhooks")
    cursors: Cursors = call.request.scope["app"].state.cursors
    asked = {} if state is None else {"state": state}
    before = END if page.cursor is None else int(cursors.read(call.tenant, path, asked, page.cursor)[0])
    rows = await messages.page(call.tenant, one.endpoint_id, state, before, page.limit + 1)
    following = None
    if len(rows) > page.limit:
        rows = rows[: page.limit]
        following = cursors.write(call.tenant, path, asked, [rows[-1].position])
    shown = [_message(one, row) for row in rows]
    return answers.page(shown, following, path, {**asked, "limit": page.limit})


async def _bound_to(call: CommandCall, named: str | None) -> UUID | None:
    """Which partner a new place is bound to: a partner's to itself; raises NotFound for one that is not there."""
    partner_id = None if named is None else id_in_path(Prefix.PARTNER, named)
    if call.actor.role is Role.PARTNER:
        if partner_id not in {None, call.actor.subject_id}:
            raise NotFound
        return call.actor.subject_id
    if partner_id and await call.stack.aggregates.load(PartnerAccount, call.tenant, partner_id) is None:
        raise NotFound
    return partner_id


async def _own(call: Call, endpoint_id: str) -> Endpoint:
    """That place, where it is the caller's; raises NotFound."""
    one = await call.stack.hooks.endpoints.one(call.tenant, id_in_path(Prefix.HOOK, endpoint_id))
    if one is None or not _is_theirs(call, one):
        raise NotFound
    return one


def _is_theirs(call: Call, one: Endpoint) -> bool:
    return call.actor.role is Role.ADMIN or call.actor.is_partner(one.partner_id)


async def _turned(call: CommandCall, endpoint_id: str, *, on: bool) -> Response:
    one = await _own(call, endpoint_id)
    await call.stack.hooks.endpoints.turn(call.tenant, one.endpoint_id, on=on)
    _note(call, "on" if on else "off", one.endpoint_id)
    return answers.plain(_shown(await _own(call, endpoint_id)))


def _note(call: CommandCall, what: str, endpoint_id: UUID) -> None:
    note_done(call.request.scope, SecurityKind.HOOK_CHANGED, what, show(Prefix.HOOK, endpoint_id))


def _once(shown: dict[str, object], *, is_repeated: bool) -> Response:
    answer = answers.plain(shown)
    answer.headers["Cache-Control"] = "no-store"
    if is_repeated:
        answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _shown(one: Endpoint) -> dict[str, object]:
    return {
        "id": show(Prefix.HOOK, one.endpoint_id),
        "partner_id": None if one.partner_id is None else show(Prefix.PARTNER, one.partner_id),
        "url": one.url,
        "names": one.names,
        "state": one.state,
        "added_at": one.added_at,
        "old_secret_until": one.old_until,
        "failing_since": one.failing_since,
    }


def _message(of: Endpoint, one: Message) -> dict[str, object]:
    return {
        "position": one.position,
        "message_id": message_id(one.position, of.endpoint_id),
        "name": one.name,
        "state": one.state,
        "tries": one.tries,
        "due_at": one.due_at if one.state == "waiting" else None,
        "made_at": one.made_at,
        "last_code": one.last_code,
    }
