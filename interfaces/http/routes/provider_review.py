"""What can be ordered of a company that would like to join, of its documents, and of one that leaves?"""

from datetime import timedelta
from uuid import UUID, uuid5

from starlette.responses import Response

from application.apply_as_provider import ApplyAsProvider, apply_as_provider
from application.approve_provider import ApproveProvider, approve_provider
from application.expire_document import ExpireDocument, expire_document
from application.files import UnknownFile
from application.guards import check_sees_provider
from application.offboard_provider import OffboardProvider, offboard_provider
from application.personal import PersonalKind, PersonalRecord, Told, record_id_for
from application.reject_document import RejectDocument, reject_document
from application.reject_provider import RejectProvider, reject_provider
from application.set_engagement import SetEngagement, set_engagement
from application.submit_for_review import SubmitForReview, submit_for_review
from application.upload_document import UploadDocument, upload_document
from application.verify_document import VerifyDocument, verify_document
from domain.actor import Role
from domain.ids import Prefix, parse
from domain.paper_numbers import BadPaperNumber, checked_branch, checked_number
from domain.provider import Provider
from domain.provider_terms import BadDocument, DocumentKind, Paper
from infra.files.shelf import is_too_old
from interfaces.http import answers
from interfaces.http.calls import Command, CommandCall, Creation, id_in_path
from interfaces.http.routing import REQUIRED, Routes
from interfaces.http.shapes.providers import (
    DocumentBody,
    DocumentDone,
    DocumentRejectionBody,
    EngagementBody,
    ProviderBody,
    ProviderDone,
    ProviderRejectionBody,
)

PROVIDERS = "/v1/providers"
ONE = PROVIDERS + "/{provider_id}"
DOCUMENT = ONE + "/documents/{document_id}"

routes = Routes("Providers")


@routes.command(
    "/v1/provider-applications",
    ProviderDone,
    status=201,
    problems=("store_unavailable", "already_applied"),
)
async def apply_to_join(call: Creation, body: ProviderBody) -> Response:
    """Ask to join as a provider.

    It works once its documents were shown, checked and approved of. Whoever applies for itself, signed in as a
    provider, is that provider from now on; its name and phone go to the erasable store.
    """
    command_id = call.context.command_id
    own = call.actor.subject_id if call.actor.role is Role.PROVIDER else None
    provider_id = own or uuid5(command_id, "provider")
    profile_id = record_id_for(command_id, PersonalKind.PROFILE)
    record = PersonalRecord(PersonalKind.PROFILE, {"name": body.name, "phone": body.phone})
    command = ApplyAsProvider(call.actor, provider_id, profile_id, call.at)
    done = await call.run(apply_as_provider, command, Told(provider_id, {profile_id: record}))
    return answers.done(done, Prefix.PROVIDER, status=201, location=PROVIDERS)


@routes.command(
    ONE + "/documents",
    DocumentDone,
    status=201,
    problems=(
        *("provider_closed", "bad_document", "unknown_crew", "unknown_truck"),
        *("unknown_file", "bad_paper_number", "bad_gstin", "store_unavailable"),
    ),
)
async def show_document(call: Command, provider_id: str, body: DocumentBody) -> Response:
    """Show a document of the company, a crew member or a truck.

    It takes the place of an older one of that kind and holder; the same document again has its first id. The log keeps
    its kind, hash and dates; its number goes to the erasable store, its file is the one that was uploaded before.
    """
    wanted = _id(provider_id)
    number_id, told = _number(call, wanted, body)
    paper = Paper(
        body.kind,
        await _sha256(call, wanted, body),
        body.valid_until,
        None if body.crew_id is None else parse(Prefix.CREW, body.crew_id),
        None if body.truck_id is None else parse(Prefix.TRUCK, body.truck_id),
        body.valid_from,
        None if body.file_id is None else parse(Prefix.FILE, body.file_id),
        number_id,
    )
    document_id = uuid5(call.context.command_id, Prefix.DOCUMENT.value)
    command = UploadDocument(call.actor, wanted, document_id, paper, call.at, call.expected_version)
    done = await call.run(upload_document, command, told)
    return answers.done(done, Prefix.PROVIDER, status=201, location=PROVIDERS)


@routes.command(
    DOCUMENT + "/verification",
    ProviderDone,
    problems=("unknown_document", "document_not_valid", "out_of_turn", "provider_closed"),
)
async def approve_document(call: Command, provider_id: str, document_id: str) -> Response:
    """Note that a document was checked, and does."""
    command = VerifyDocument(call.actor, _id(provider_id), _document(document_id), call.at, call.expected_version)
    return answers.done(await call.run(verify_document, command), Prefix.PROVIDER)


@routes.command(
    DOCUMENT + "/rejection",
    ProviderDone,
    problems=("unknown_document", "out_of_turn", "provider_closed"),
)
async def turn_document_down(
    call: Command, provider_id: str, document_id: str, body: DocumentRejectionBody
) -> Response:
    """Note that a document was checked, and does not do. A review waits for a better one."""
    command = RejectDocument(
        call.actor, _id(provider_id), _document(document_id), body.reason, call.at, call.expected_version
    )
    return answers.done(await call.run(reject_document, command), Prefix.PROVIDER)


@routes.command(DOCUMENT + "/expiry", ProviderDone, problems=("unknown_document", "out_of_turn"))
async def note_document_expiry(call: Command, provider_id: str, document_id: str) -> Response:
    """Note that a document has run out; nobody drives with it from its end on, noted or not."""
    command = ExpireDocument(call.actor, _id(provider_id), _document(document_id), call.at, call.expected_version)
    return answers.done(await call.run(expire_document, command), Prefix.PROVIDER)


@routes.command(
    ONE + "/review",
    ProviderDone,
    problems=("documents_missing", "out_of_turn", "provider_closed"),
)
async def ask_for_review(call: Command, provider_id: str) -> Response:
    """Ask to be looked at, when all that every company shows is there."""
    command = SubmitForReview(call.actor, _id(provider_id), call.at, call.expected_version)
    return answers.done(await call.run(submit_for_review, command), Prefix.PROVIDER)


@routes.command(
    ONE + "/approval",
    ProviderDone,
    if_match=REQUIRED,
    problems=("documents_missing", "out_of_turn", "provider_closed"),
)
async def approve_company(call: Command, provider_id: str) -> Response:
    """Take a company whose documents were all verified: it may work.

    If-Match is required: decide on what you have seen.
    """
    command = ApproveProvider(call.actor, _id(provider_id), call.at, call.expected_version)
    return answers.done(await call.run(approve_provider, command), Prefix.PROVIDER)


@routes.command(ONE + "/rejection", ProviderDone, if_match=REQUIRED, problems=("out_of_turn", "provider_closed"))
async def turn_company_down(call: Command, provider_id: str, body: ProviderRejectionBody) -> Response:
    """Do not take a company that applied.

    If-Match is required: decide on what you have seen.
    """
    command = RejectProvider(call.actor, _id(provider_id), body.reason, call.at, call.expected_version)
    return answers.done(await call.run(reject_provider, command), Prefix.PROVIDER)


@routes.command(
    ONE + "/offboarding",
    ProviderDone,
    if_match=REQUIRED,
    problems=("still_on_duty", "out_of_turn", "provider_closed"),
)
async def let_company_go(call: Command, provider_id: str) -> Response:
    """Let a company leave, for good, when nobody of it is on duty.

    Whoever was one of its crew is signed out. If-Match is required: somebody may have gone on duty since you looked.
    """
    wanted = _id(provider_id)
    company = await call.stack.aggregates.load(Provider, call.tenant, wanted)
    command = OffboardProvider(call.actor, wanted, call.at, call.expected_version)
    done = await call.run(offboard_provider, command)
    for account_id in () if company is None else company.accounts.values():
        await call.stack.identity.sessions.revoke_all(account_id, call.tenant, call.at)
    return answers.done(done, Prefix.PROVIDER)


@routes.command(ONE + "/engagement", ProviderDone, problems=("bad_engagement", "provider_closed"))
async def agree_on_engagement(call: Command, provider_id: str, body: EngagementBody) -> Response:
    """Agree whether a provider is asked, and may refuse, or its crews are told.

    A guided crew has the job at once and acknowledges it. What was agreed for later is replaced.
    """
    command = SetEngagement(
        actor=call.actor,
        provider_id=_id(provider_id),
        engagement=body.engagement,
        answers_by=body.answers_by,
        effective_at=body.effective_at,
        at=call.at,
        expected_version=call.expected_version,
    )
    return answers.done(await call.run(set_engagement, command), Prefix.PROVIDER)


async def _sha256(call: CommandCall, provider_id: UUID, body: DocumentBody) -> str:
    """Of the uploaded file, or as told; raises NotFound, BadDocument or UnknownFile."""
    check_sees_provider(call.actor, provider_id)
    if body.file_id is None:
        if body.sha256 is None:
            raise BadDocument("name the uploaded file, or tell the document's hash")
        return body.sha256
    file = await call.stack.files.find(call.tenant, parse(Prefix.FILE, body.file_id))
    kept_for = timedelta(hours=call.stack.settings.file_unused_kept_h)
    if file is None or file.owner_id != provider_id or is_too_old(file, call.at, kept_for):
        raise UnknownFile
    if body.sha256 not in {None, file.sha256}:
        raise BadDocument("the file has another hash")
    return file.sha256


def _number(call: CommandCall, provider_id: UUID, body: DocumentBody) -> tuple[UUID | None, Told | None]:
    """The number's record and what is kept under it: a crew member's own, or the company's.

    Raises BadPaperNumber or BadGstin.
    """
    if body.number is None:
        if body.branch_code is not None:
            raise BadPaperNumber("a branch has no account without its number", kind=body.kind.value)
        return None, None
    fields = {"number": checked_number(body.kind, body.number, of_crew=body.crew_id is not None)}
    if body.kind is DocumentKind.BANK:
        fields["branch_code"] = checked_branch(body.branch_code or "")
    number_id = record_id_for(call.context.command_id, PersonalKind.PAPER)
    whose = provider_id if body.crew_id is None else parse(Prefix.CREW, body.crew_id)
    return number_id, Told(whose, {number_id: PersonalRecord(PersonalKind.PAPER, fields)})


def _id(text: str) -> UUID:
    return id_in_path(Prefix.PROVIDER, text)


def _document(text: str) -> UUID:
    return id_in_path(Prefix.DOCUMENT, text)
