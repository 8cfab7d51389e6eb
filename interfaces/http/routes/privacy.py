"""How does somebody get everything that we keep of them, and how are they forgotten?"""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import uuid5

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from application.security_log import SecurityKind
from domain.ids import Prefix, show
from domain.refusal import NotAllowed
from infra.bootstrap import Stack
from infra.files.links import FileLink
from infra.privacy.erasure import erase
from infra.privacy.exports import Export
from infra.privacy.waits import check_nothing_waits
from infra.privacy.whom import Person, person_behind
from interfaces.http import answers
from interfaces.http.calls import Asked, Call, Creation
from interfaces.http.described import responses_of
from interfaces.http.fresh import check_fresh
from interfaces.http.problems import Problem
from interfaces.http.routes.files import AS_A_FILE
from interfaces.http.routing import Routes
from interfaces.http.shapes.privacy import ErasedShown, ExportShown, ExportsShown

EXPORTS = "/v1/privacy/exports"
DOWNLOADS = f"{EXPORTS}/file"
ZIP = "application/zip"

routes = Routes("Privacy")
open_router = APIRouter(tags=["Privacy"])


@routes.report(EXPORTS, ExportShown, problems=("not_allowed", "log_unavailable"))
async def ask_for_export(call: Creation) -> Response:
    """Ask for everything that we keep of you.

    A worker makes it within seconds: a zip with a page for reading, the same as JSON, and the files that you uploaded.
    Who asked within the hour gets that one again.
    """
    person = _person(call)
    export_id = uuid5(person.person_id, f"export/{call.tenant}/{call.key}")
    export = await call.stack.exports.ask(person, export_id, call.at)
    call.stack.security.note(
        SecurityKind.PRIVACY_EXPORT, tenant=call.tenant, at=call.at, actor=call.actor.text, object_id=person.shown
    )
    return answers.plain(_shown(call, export))


@routes.query(EXPORTS, ExportsShown, problems=("not_allowed",))
async def list_exports(call: Asked) -> Response:
    """List what you asked for, with a link to each that is ready."""
    found = await call.stack.exports.of(_person(call), call.at)
    return answers.plain({"data": [_shown(call, export) for export in found]})


TAKEN = responses_of(
    200,
    ("validation_failed", "link_refused", "store_unavailable", "internal_error", "body_too_large"),
    is_command=False,
)
TAKEN[200]["content"] = {ZIP: {"schema": {"type": "string", "format": "binary"}}}


@open_router.get(
    DOWNLOADS,
    operation_id="take_export",
    summary="Take an export by its link",
    response_class=Response,
    responses=TAKEN,
)
async def take_export(
    request: Request, link: Annotated[str, Query(max_length=1024, description="As it was given.")]
) -> Response:
    """Take an export by its link, which needs no token and is good for some minutes."""
    stack: Stack = request.scope["app"].state.stack
    at: datetime = request.scope["state"]["at"]
    wanted = stack.file_links.read(link, at)
    content = None if wanted is None else await stack.exports.content(wanted.tenant, wanted.file_id, at)
    if wanted is None or content is None:
        raise Problem("link_refused")
    headers = {**AS_A_FILE, "Content-Disposition": f'attachment; filename="{wanted.name}"'}
    return Response(content, 200, headers=headers, media_type=ZIP)


@routes.report(
    "/v1/privacy/erasures",
    ErasedShown,
    problems=("erasure_waits", "sign_in_again", "log_unavailable", "store_unavailable"),
)
async def erase_myself(call: Creation) -> Response:
    """Be forgotten, for good: nobody can undo it.

    Sign in once more just before. Jobs under way, debts, disputes and memberships have to end first; `waits_for` names
    what does. Bills and the ledger stay as the law asks, by numbers and amounts.
    """
    person = _person(call)
    await check_fresh(call)
    await check_nothing_waits(call.stack, person)
    done = await erase(call.stack, person, call.at)
    return answers.plain({"erased": done.known, "held_for_tax": done.held, "sessions": done.sessions})


def _person(call: Call) -> Person:
    person = person_behind(call.actor)
    if person is None:
        raise NotAllowed("nobody's data is behind this caller")
    return person


def _shown(call: Call, export: Export) -> dict[str, object]:
    url = until = None
    if export.ready_at is not None:
        until = call.at + timedelta(seconds=call.stack.settings.file_link_lives_s)
        name = f"vehicaid-{export.asked_at:%Y-%m-%d}.zip"
        link = FileLink(call.tenant, export.export_id, name, call.actor.text, until)
        url = f"{DOWNLOADS}?link={call.stack.file_links.write(link)}"
    return {
        "id": show(Prefix.EXPORT, export.export_id),
        "state": "waiting" if export.ready_at is None else "ready",
        "asked_at": export.asked_at,
        "ready_at": export.ready_at,
        "size_bytes": export.size_bytes,
        "expires_at": export.expires_at,
        "url": url,
        "url_until": until,
    }
