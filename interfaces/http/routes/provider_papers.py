"""What can be asked about a company's documents, and who waits for somebody to look at them?"""

from datetime import UTC, timedelta
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from application.ask_document_again import AskDocumentAgain, ask_document_again
from application.files import SUFFIXES
from application.security_log import SecurityKind
from domain.actor import Role
from domain.ids import Prefix, show
from domain.provider_terms import ProviderState
from domain.refusal import NotFound
from infra.files.links import FileLink
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, MinPosition, Paged, QueryCall, id_in_path
from interfaces.http.routes import files
from interfaces.http.routing import Routes
from interfaces.http.shapes.papers import PaperList, PaperShown, ReviewPage
from interfaces.http.shapes.providers import DocumentRejectionBody, ProviderDone
from projections.provider_papers import PapersRow, Told

REVIEWS = "/v1/provider-reviews"
DOCUMENTS = "/v1/providers/{provider_id}/documents"
ONE = DOCUMENTS + "/{document_id}"

routes = Routes("Providers")


@routes.query(REVIEWS, ReviewPage, problems=("invalid_cursor",))
async def list_provider_reviews(
    call: Asked,
    state: Annotated[ProviderState | None, Query()] = None,
    waits_for: Annotated[Literal["documents", "decision"] | None, Query()] = None,
    *,
    page: Paged,
) -> Response:
    """List the companies that wait for somebody, longest waiting first.

    Their documents are to be looked at, or all of them were and it is to be decided; without names or numbers.
    """
    return await paging.answer(
        call,
        call.stack.papers,
        REVIEWS,
        {"state": state, "waits_for": waits_for},
        {"state": state, "waits_for": waits_for, "waits": True},
        page,
        key_of=lambda row: (row.waiting_since or row.updated_at, row.provider_id),
        show=_review,
    )


@routes.query(DOCUMENTS, PaperList)
async def list_documents(call: Asked, provider_id: str, min_position: MinPosition = None) -> Response:
    """List a company's documents: those that count, then those whose place another took.

    For the company's office, the desk and auditors.
    """
    row = await _seen(call, provider_id, min_position)
    _note(call, "list_documents", provider_id)
    shown = [_listed(one) for one in (*row.documents, *row.earlier)]
    told = {"id": show(Prefix.PROVIDER, row.provider_id), "version": row.version, "state": row.state, "data": shown}
    return answers.thing(told)


@routes.query(ONE, PaperShown, problems=("log_unavailable",))
async def read_document(call: Asked, provider_id: str, document_id: str, min_position: MinPosition = None) -> Response:
    """Read a document with its number, and a link to its file that is good for some minutes.

    For the company's office, the desk and auditors; that somebody of us looked is noted in the security log.
    """
    row = await _seen(call, provider_id, min_position)
    wanted = id_in_path(Prefix.DOCUMENT, document_id)
    one = next((each for each in (*row.documents, *row.earlier) if each["document_id"] == str(wanted)), None)
    if one is None:
        raise NotFound
    _note(call, "read_document", document_id)
    fields = await _number(call, one)
    told = {
        **_listed(one),
        "version": row.version,
        "number": fields.get("number"),
        "branch_code": fields.get("branch_code"),
        "file": await _file(call, one),
    }
    return answers.thing(told)


@routes.command(
    ONE + "/repeat-request",
    ProviderDone,
    problems=("unknown_document", "out_of_turn", "provider_closed"),
)
async def ask_for_document_again(
    call: Command, provider_id: str, document_id: str, body: DocumentRejectionBody
) -> Response:
    """Ask for a better document; what is there does for now. A review waits for it."""
    command = AskDocumentAgain(
        call.actor,
        id_in_path(Prefix.PROVIDER, provider_id),
        id_in_path(Prefix.DOCUMENT, document_id),
        body.reason,
        call.at,
        call.expected_version,
    )
    return answers.done(await call.run(ask_document_again, command), Prefix.PROVIDER)


async def _seen(call: QueryCall, text: str, min_position: int | None) -> PapersRow:
    """The company's documents, for those who may see them; raises NotFound for everybody else."""
    wanted = id_in_path(Prefix.PROVIDER, text)
    looks = call.actor.is_desk or call.actor.role is Role.AUDITOR
    await call.at_or_after(call.stack.papers.name, min_position)
    row = await call.stack.papers.one(call.tenant, wanted) if looks or call.actor.is_provider(wanted) else None
    if row is None:
        raise NotFound
    return row


def _note(call: QueryCall, operation: str, object_id: str) -> None:
    if call.actor.role is not Role.PROVIDER:
        call.stack.security.note(
            SecurityKind.STAFF_VIEW,
            tenant=call.tenant,
            at=call.at,
            actor=call.actor.text,
            operation=operation,
            object_id=object_id,
        )


async def _number(call: QueryCall, one: Told) -> dict[str, object]:
    told = one["number_id"]
    if not isinstance(told, str):
        return {}
    number_id = UUID(told)
    record = (await call.read_personal([number_id]))[number_id]
    return dict(record.fields) if record else {}


async def _file(call: QueryCall, one: Told) -> dict[str, object] | None:
    told = one["file_id"]
    file = await call.stack.files.find(call.tenant, UUID(told)) if isinstance(told, str) else None
    if file is None or not await call.stack.files.can_be_read(file):
        return None
    until = (call.at + timedelta(seconds=call.stack.settings.file_link_lives_s)).replace(microsecond=0)
    name = f"{one['kind']}-{file.file_id.hex[:8]}.{SUFFIXES[file.media]}"
    link = call.stack.file_links.write(FileLink(call.tenant, file.file_id, name, call.actor.text, until))
    return {
        **files.shown(file),
        "url": f"{files.DOWNLOADS}?link={link}",
        "url_until": until.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }


def _listed(one: Told) -> dict[str, object]:
    return {
        "document_id": show(Prefix.DOCUMENT, UUID(cast("str", one["document_id"]))),
        "crew_id": _holder("crew_id", one),
        "truck_id": _holder("truck_id", one),
        "has_file": one["file_id"] is not None,
        "has_number": one["number_id"] is not None,
        **{name: one[name] for name in ("kind", "state", "since", "reason", "sha256", "valid_from", "valid_until")},
    }


def _holder(name: str, one: Told) -> str | None:
    told = one[name]
    return answers.shown_id(name, UUID(told)) if isinstance(told, str) else None


def _review(row: PapersRow) -> dict[str, object]:
    return {
        "id": show(Prefix.PROVIDER, row.provider_id),
        "version": row.version,
        "state": row.state,
        "waiting_since": row.waiting_since,
        "waits_for": row.waits_for,
        "documents_waiting": row.documents_waiting,
        "missing": row.missing,
        "documents": [_listed(one) for one in row.documents],
    }
