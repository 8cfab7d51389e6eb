"""What can be asked about payments that banks ask back, and how are they answered?"""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from application.answer_dispute import AnswerDispute, accept_dispute, contest_dispute
from application.press import PressMissing
from domain.dispute import Dispute
from domain.dispute_terms import DisputeState, NoEvidenceYet
from domain.ids import Prefix, show
from domain.refusal import NotFound
from infra.evidence_desk import evidence_of
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, MinPosition, Paged, id_in_path
from interfaces.http.files import file
from interfaces.http.problems import Problem
from interfaces.http.routing import Routes
from interfaces.http.shapes.disputes import DisputeDone, DisputePage, DisputeShown, EvidenceForm
from projections.disputes import DisputeRow

DISPUTES: Final = "/v1/disputes"
ONE: Final = DISPUTES + "/{dispute_id}"
MEDIA: Final = {EvidenceForm.PDF: "application/pdf", EvidenceForm.JSON: "application/json"}
AS_FOLDED: Final = (
    *("version", "state", "answered", "needs_person", "gateway_payment", "gateway_dispute", "phase", "reason_code"),
    *(
        "amount_minor",
        "held_minor",
        "lost_minor",
        "passed_on_minor",
        "fee_minor",
        "currency",
        "evidence",
        "is_strong",
        "refused_for",
    ),
    *("respond_by", "drafted_at", "created_at", "updated_at"),
)
"""Columns that are shown as they are."""

StateAsked = Annotated[DisputeState | None, Query(description="Only those that are so.")]
PersonAsked = Annotated[bool | None, Query(description="Only those that a person has to answer, or all others.")]
As = Annotated[EvidenceForm, Query(alias="as", description="As what to take it along.")]

routes = Routes("Disputes")


@routes.query(DISPUTES, DisputePage, problems=("invalid_cursor",))
async def list_disputes(
    call: Asked, state: StateAsked = None, needs_person: PersonAsked = None, *, page: Paged
) -> Response:
    """List payments that banks ask back, newest first."""
    asked: dict[str, str | int | None] = {}
    if state is not None:
        asked["state"] = state.value
    if needs_person is not None:
        asked["needs_person"] = needs_person
    return await paging.answer(
        call, call.stack.money.disputes, DISPUTES, asked, asked, page, key_of=_created, show=_dispute
    )


@routes.query(ONE, DisputeShown)
async def read_dispute(call: Asked, dispute_id: str, min_position: MinPosition = None) -> Response:
    """Read how far a dispute is, what the pack of evidence shows, and until when an answer is taken."""
    wanted = id_in_path(Prefix.DISPUTE, dispute_id)
    await call.at_or_after(call.stack.money.disputes.name, min_position)
    row = await call.stack.money.disputes.one(call.tenant, wanted)
    if row is None:
        raise NotFound
    return answers.thing(_dispute(row))


@routes.file(ONE + "/evidence/file", tuple(MEDIA.values()), problems=("no_evidence_yet", "press_missing"))
async def take_evidence(
    call: Asked, dispute_id: str, as_: As = EvidenceForm.PDF, min_position: MinPosition = None
) -> Response:
    """Take the pack of evidence along: as archivable PDF with the JSON inside, or as that JSON.

    What a bank is sent: the job's events with proofs that they are in the sealed log, and the customer's name.
    """
    wanted = id_in_path(Prefix.DISPUTE, dispute_id)
    # The bill's number is the one thing in it that a read model tells.
    await call.at_or_after(call.stack.money.documents.name, min_position)
    dispute = await call.stack.aggregates.load(Dispute, call.tenant, wanted)
    if dispute is None:
        raise NotFound
    if (draft := dispute.draft) is None:
        raise NoEvidenceYet
    evidence = evidence_of(call.stack)
    told = await evidence.told(call.tenant, dispute, draft)

    async def make() -> bytes:
        if as_ is EvidenceForm.JSON:
            return told
        try:
            return (await evidence.pdf(call.tenant, dispute, draft)).pdf
        except PressMissing as missing:
            raise Problem("press_missing", str(missing)) from missing

    name = f"evidence-{dispute.gateway_dispute}.{as_.value}"
    return await file(call.request, as_.encode() + told, make, MEDIA[as_], name)


@routes.command(ONE + "/contest", DisputeDone, problems=("dispute_not_open", "no_evidence_yet", "not_allowed"))
async def contest_one(call: Command, dispute_id: str) -> Response:
    """Send the pack of evidence to the bank.

    The gateway is told right after the answer; what the pack says cannot be taken back.
    """
    command = AnswerDispute(call.actor, id_in_path(Prefix.DISPUTE, dispute_id), call.at, call.expected_version)
    return answers.done(await call.run(contest_dispute, command), Prefix.DISPUTE)


@routes.command(ONE + "/acceptance", DisputeDone, problems=("dispute_not_open", "not_allowed"))
async def accept_one(call: Command, dispute_id: str) -> Response:
    """Let the money go. The gateway is told right after the answer, and then it is lost for good."""
    command = AnswerDispute(call.actor, id_in_path(Prefix.DISPUTE, dispute_id), call.at, call.expected_version)
    return answers.done(await call.run(accept_dispute, command), Prefix.DISPUTE)


def _created(row: DisputeRow) -> tuple[datetime, UUID]:
    return row.created_at, row.dispute_id


def _dispute(row: DisputeRow) -> dict[str, object]:
    can = ["recover"] if row.lost_minor and not row.passed_on_minor and row.request_id else []
    waits = row.state in {DisputeState.OPEN, DisputeState.ACTION_REQUIRED} and row.answered == "nothing"
    return {
        "id": show(Prefix.DISPUTE, row.dispute_id),
        "order_id": None if row.order_id is None else show(Prefix.ORDER, row.order_id),
        "subscription_id": None if row.subscription_id is None else show(Prefix.SUBSCRIPTION, row.subscription_id),
        "customer_id": answers.shown_id("customer_id", row.customer_id),
        "request_id": None if row.request_id is None else show(Prefix.REQUEST, row.request_id),
        **{name: getattr(row, name) for name in AS_FOLDED},
        "can": (["contest", "accept"] if row.drafted_at else ["accept"]) if waits else can,
    }
