"""How is a file uploaded, and how is it taken back by whoever was given a link to it?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from application.files import MediaType
from application.guards import check_sees_provider
from application.personal import RecordTampered
from domain.actor import Role
from domain.ids import Prefix, show
from domain.provider import Provider
from domain.refusal import NotFound
from infra.bootstrap import Stack
from infra.files.shelf import Upload
from infra.files.table import StoredFile
from interfaces.http import answers
from interfaces.http.calls import Key, QueryCall, id_in_path
from interfaces.http.described import responses_of
from interfaces.http.problems import Problem
from interfaces.http.shapes.papers import FileKept
from interfaces.http.uploads import upload, whole_body

FILES = "/v1/files"
DOWNLOADS = "/v1/downloads/file"
AS_A_FILE = {
    # Shown by no browser, whatever it holds: saved only, and even then without any right.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cache-Control": "private, no-store",
}
ProviderAsked = Annotated[
    str | None,
    Query(
        pattern="^prv_[0-9a-f]{32}$",
        description="Whose it will be. A provider uploads for itself and need not say.",
    ),
]

router = APIRouter(tags=["Files"])


def _taken() -> dict[int | str, dict[str, object]]:
    problems = ("validation_failed", "link_refused", "body_too_large", "store_unavailable", "internal_error")
    described = responses_of(200, (*problems, "overloaded", "timed_out"), is_command=False)
    described[200]["content"] = {media.value: {"schema": {"type": "string", "format": "binary"}} for media in MediaType}
    return described


@upload(router, FILES, FileKept, ("not_found", "file_not_taken", "file_infected", "scanner_away", "log_unavailable"))
async def upload_file(request: Request, idempotency_key: Key, provider_id: ProviderAsked = None) -> Response:
    """Upload a file: a JPEG, PNG, WebP or PDF of at most 10 MiB, as the body.

    Its bytes say what it is, whatever the content type says. A picture is drawn anew without place or device, of a PDF
    only the pages are kept; what runs, hides a file or is two things at once is refused. It is kept sealed under its
    company's key. The same file again has its first id. Name it in a document within a day, or it goes.
    """
    del idempotency_key  # the same content is the same file, whatever the key
    call = QueryCall(request)
    owner = await _owner(call, provider_id)
    async with request.scope["app"].state.uploads:
        content = await whole_body(request, call.stack)
        kept = await call.stack.files.take(Upload(call.tenant, owner, content, call.actor.text, call.at))
    return answers.plain(shown(kept), 201)


@router.get(
    DOWNLOADS,
    operation_id="take_file",
    summary="Take a file by its link",
    response_class=Response,
    responses=_taken(),
)
async def take_file(
    request: Request, link: Annotated[str, Query(max_length=1024, description="As it was given.")]
) -> Response:
    """Take a file by the link that a document shows.

    It needs no token, is good for some minutes and for one file. It is saved, never shown.
    """
    stack: Stack = request.scope["app"].state.stack
    wanted = stack.file_links.read(link, request.scope["state"]["at"])
    file = None if wanted is None else await stack.files.find(wanted.tenant, wanted.file_id)
    try:
        content = None if file is None else await stack.files.read(file)
    except RecordTampered as error:
        raise Problem("internal_error") from error
    if wanted is None or file is None or content is None:
        raise Problem("link_refused")
    headers = {**AS_A_FILE, "Content-Disposition": f'attachment; filename="{wanted.name}"'}
    return Response(content, 200, headers=headers, media_type=file.media.value)


def shown(file: StoredFile) -> dict[str, object]:
    """A file as the API tells of it."""
    return {
        "file_id": show(Prefix.FILE, file.file_id),
        "media_type": file.media.value,
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
    }


async def _owner(call: QueryCall, told: str | None) -> UUID:
    """The company whose file it will be, when this caller may upload for it; raises NotFound."""
    own = call.actor.subject_id if call.actor.role is Role.PROVIDER else None
    wanted = own if told is None else id_in_path(Prefix.PROVIDER, told)
    if wanted is None:
        raise Problem("validation_failed", "say for which provider: ?provider_id=prv_...")
    check_sees_provider(call.actor, wanted)
    if await call.stack.aggregates.load(Provider, call.tenant, wanted) is None:
        raise NotFound
    return wanted
