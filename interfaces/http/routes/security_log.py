"""What can an auditor ask of the security log: who came in, who was refused, and who looked at whom?"""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Final

from fastapi import Query
from starlette.responses import Response

from application.security_log import SecurityKind
from domain.refusal import BadInput
from infra.audit.bundle import TooLong
from infra.audit.root import NothingSealed
from infra.identity.key_ring import NoSigningKey
from infra.queries.security import SecurityEntry, SecurityWanted
from interfaces.http import answers
from interfaces.http.calls import Asked, Cursor, Limit
from interfaces.http.cursors import Cursors
from interfaces.http.noted import note_done
from interfaces.http.problems import Problem
from interfaces.http.routes.audit import ActorText, Since, Until
from interfaces.http.routing import Routes
from interfaces.http.shapes.audit import RootShown
from interfaces.http.shapes.security_log import SecurityPage

PATH: Final = "/v1/audit/security"
A_DAY: Final = timedelta(days=1)
KindAsked = Annotated[SecurityKind | None, Query(description="Of this kind.")]
ObjectText = Annotated[
    str | None, Query(alias="object", pattern=r"^[a-z]{3}_[0-9a-f]{32}$", description="About this thing or person.")
]

routes = Routes("Audit")


@routes.query(PATH, SecurityPage, problems=("invalid_cursor",))
async def list_security_entries(
    call: Asked,
    kind: KindAsked = None,
    actor: ActorText = None,
    object_id: ObjectText = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List who came in, was refused, or looked at personal data, newest first.

    What is noted is written within a second. Of what repeats itself within a minute, the first has an entry of its own
    and the others one together, which says how many they were.
    """
    cursors: Cursors = call.request.scope["app"].state.cursors
    given = {"kind": kind, "actor": actor, "object": object_id, "from": since, "until": until}
    scope = {name: str(value) for name, value in given.items() if value is not None}
    before = None if cursor is None else _position(cursors.read(call.tenant, PATH, scope, cursor))
    wanted = SecurityWanted(None if kind is None else kind.value, actor, object_id, since, until)
    found = await call.stack.noted.entries(call.tenant, wanted, before, limit + 1)
    following = None
    if len(found) > limit:
        found = found[:limit]
        following = cursors.write(call.tenant, PATH, scope, [found[-1].position])
    return answers.page([_shown(one) for one in found], following, PATH, {**scope, "limit": limit})


@routes.query(f"{PATH}/root", RootShown, problems=("not_found",))
async def read_security_root(call: Asked) -> Response:
    """Read the root of the sealed security log.

    Keep it beside the log's own: `vehicaid audit verify --root` compares with both.
    """
    try:
        return answers.plain((await call.stack.noted.root()).as_json())
    except NothingSealed as error:
        raise Problem("not_found", str(error)) from error


@routes.file("/v1/audit/bundle/file", ("application/zip",), problems=("bad_input", "too_many_rows"))
async def take_audit_bundle(call: Asked, since: Since = None, until: Until = None) -> Response:
    """Take both logs away, signed.

    What was recorded in that time, of the last day without one: `events.jsonl`, `security.jsonl` and a manifest, signed
    by a key that `/.well-known/jwks.json` publishes. The file of `vehicaid audit checker --bundle` checks it anywhere.
    """
    ends = until or call.at
    begins = since or ends - A_DAY
    if begins >= ends:
        raise BadInput("a time ends after it begins")
    try:
        key = call.stack.identity.authority.ring.signing(call.at)
    except NoSigningKey as error:
        raise Problem("store_unavailable") from error
    note_done(call.request.scope, SecurityKind.AUDIT_EXPORT)
    try:
        content = await call.stack.audit.bundle(call.tenant, begins, ends, key, call.at)
    except TooLong as error:
        raise Problem("too_many_rows") from error
    headers = {"Content-Disposition": 'attachment; filename="audit-bundle.zip"'}
    return Response(content, media_type="application/zip", headers=headers)


def _shown(entry: SecurityEntry) -> dict[str, object]:
    told = asdict(entry)
    del told["tenant"]
    return {**told, "correlation_id": None if entry.correlation_id is None else entry.correlation_id.hex}


def _position(key: list[str | int]) -> int:
    if len(key) != 1 or not isinstance(key[0], int):
        raise Problem("invalid_cursor")
    return key[0]
