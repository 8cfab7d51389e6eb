"""How is a dispute contested or accepted at the gateway, exactly once in effect, and looked after until it ends?

Each errand may be run again at any time, after any crash: it looks at the log first, and what it learns is a command
whose name follows from the operation and from what was learnt.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from application.answer_dispute import RecordAnswer, RecordNoAnswer, record_answer, record_no_answer
from application.ensuring import ensure_accepted, ensure_contested, why_not
from application.gateway import Confirmed, Rejected, Uncertain
from application.gateway_payouts import Evidence as Submitted
from application.log import CommandContext, fingerprint_of
from application.press import PressMissing
from application.record_dispute import RecordDispute, WatchDispute, claim_of, record_dispute, told_of, watch_dispute
from domain.actor import Actor
from domain.dispute import Dispute
from domain.dispute_terms import DECIDES_BEFORE, Answered

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime, timedelta
    from uuid import UUID

    from application.dispatch.ordering import RunsCommands
    from application.engine import Aggregates, Answer, Done, Work
    from application.evidence import Evidence
    from application.gateway import Outcome
    from application.gateway_payouts import Dispute as Told
    from application.gateway_payouts import DisputeDesk
    from domain.dispute_terms import PaidBy

NAME: Final = "worker"
PDF: Final = "application/pdf"
PROOF: Final = "proof_of_service"
"""As which kind of proof the gateway files the pack."""

BILL: Final = "billing_proof"


class DisputeErrands:
    """Runs errands about disputes."""

    def __init__(
        self,
        engine: RunsCommands,
        aggregates: Aggregates,
        desk: DisputeDesk,
        evidence: Evidence,
        decides_before: timedelta = DECIDES_BEFORE,
    ) -> None:
        self._engine = engine
        self._aggregates = aggregates
        self._desk = desk
        self._evidence = evidence
        self._decides_before = decides_before

    async def contest(self, tenant: str, dispute_id: UUID, operation_id: UUID, at: datetime) -> None:
        """Have pack and bill sent; what is sent or refused is left alone. A paper that is sent twice harms nobody."""
        dispute = await self._aggregates.load(Dispute, tenant, dispute_id)
        if dispute is None or dispute.operation_id != operation_id or dispute.answered is not Answered.CONTEST_ASKED:
            return
        if dispute.draft is None:
            return
        try:
            papers = await self._evidence.pdf(tenant, dispute, dispute.draft)
        except PressMissing:
            await self._tell_nothing(tenant, dispute, Uncertain("press_missing"), at)
            return
        sent: list[tuple[str, tuple[str, ...]]] = []
        for kind, content in ((PROOF, papers.pdf), (BILL, papers.bill)):
            if content is None:
                continue
            name = f"{dispute.gateway_dispute}-{kind}.pdf"
            paper = await asyncio.to_thread(self._desk.upload_document, name, PDF, content)
            if not isinstance(paper, Confirmed):
                await self._tell_nothing(tenant, dispute, paper, at)
                return
            sent.append((kind, (paper.value,)))
        wanted = Submitted(papers.summary, tuple(sent))
        outcome = await asyncio.to_thread(ensure_contested, self._desk, dispute.gateway_dispute, wanted)
        await self._tell_answer(tenant, dispute, outcome, sent[0][1][0], at)

    async def accept(self, tenant: str, dispute_id: UUID, operation_id: UUID, at: datetime) -> None:
        """Have the gateway told that we let it go; what is told already is left alone."""
        dispute = await self._aggregates.load(Dispute, tenant, dispute_id)
        if dispute is None or dispute.operation_id != operation_id or dispute.answered is not Answered.ACCEPTANCE_ASKED:
            return
        outcome = await asyncio.to_thread(ensure_accepted, self._desk, dispute.gateway_dispute)
        await self._tell_answer(tenant, dispute, outcome, "", at)

    async def look_after(self, tenant: str, dispute_id: UUID, at: datetime) -> tuple[str, ...]:
        """Ask how far a dispute is, keep the pack up to date, remind whoever answers, and answer when it is time.

        Gives what became of it, as topics.
        """
        dispute = await self._aggregates.load(Dispute, tenant, dispute_id)
        if dispute is None or dispute.is_over:
            return ()
        outcome = await asyncio.to_thread(self._desk.dispute, dispute.gateway_dispute)
        if isinstance(outcome, Confirmed) and _is_news(dispute, outcome.value, at):
            what = f"asked/{outcome.value.status}/{outcome.value.deducted_minor}"
            await self.tell(tenant, dispute.paid_by, outcome.value, f"{dispute_id}/{what}/{_minute(at)}", at)
        dispute = await self._aggregates.load(Dispute, tenant, dispute_id)
        if dispute is None or dispute.is_over:
            return ()
        draft = await self._evidence.draft(tenant, dispute) if dispute.wants_answer else None
        wanted = WatchDispute(Actor.system(NAME, tenant), dispute_id, draft, self._decides_before, at)
        key = f"{dispute_id}/watched/{int(at.timestamp())}"
        done = await self._order(tenant, dispute_id, key, at, lambda work: watch_dispute(wanted, work))
        return done.events

    async def tell(
        self, tenant: str, paid_by: PaidBy, told: Told, key: str, at: datetime, *, wants_more: bool = False
    ) -> None:
        """Note what the gateway says, as said just now."""
        await self.tell_then(tenant, paid_by, told, key, at, said_at=at, wants_more=wants_more)

    async def tell_then(
        self,
        tenant: str,
        paid_by: PaidBy,
        told: Told,
        key: str,
        at: datetime,
        *,
        said_at: datetime,
        wants_more: bool = False,
    ) -> None:
        """Note what the gateway said at an instant of its own."""
        word = told_of(told, said_at, wants_more=wants_more)
        command = RecordDispute(Actor.system(NAME, tenant), paid_by, claim_of(told), word, at)
        await self._order(tenant, paid_by.stream_id, key, at, lambda work: record_dispute(command, work))

    async def _tell_answer(
        self, tenant: str, dispute: Dispute, outcome: Outcome[Told], paper: str, at: datetime
    ) -> None:
        if isinstance(outcome, Rejected | Uncertain):
            await self._tell_nothing(tenant, dispute, outcome, at)
            return
        operation_id = dispute.operation_id
        if operation_id is None:
            return
        command = RecordAnswer(Actor.system(NAME, tenant), dispute.id, operation_id, paper, at)
        await self._order(tenant, operation_id, f"{operation_id}/given", at, lambda work: record_answer(command, work))
        await self.tell(tenant, dispute.paid_by, outcome.value, f"{operation_id}/told", at)

    async def _tell_nothing(self, tenant: str, dispute: Dispute, outcome: Rejected | Uncertain, at: datetime) -> None:
        operation_id = dispute.operation_id
        if operation_id is None:
            return
        is_certain, why = why_not(outcome)
        command = RecordNoAnswer(Actor.system(NAME, tenant), dispute.id, operation_id, is_certain, why, at)
        what = f"refused/{why}" if is_certain else f"doubted/{int(at.timestamp())}"
        await self._order(
            tenant, operation_id, f"{operation_id}/{what}", at, lambda work: record_no_answer(command, work)
        )

    async def _order(
        self, tenant: str, subject_id: UUID, key: str, at: datetime, decide: Callable[[Work], Awaitable[Answer]]
    ) -> Done:
        actor = Actor.system(NAME, tenant).text
        return await self._engine.run(CommandContext(tenant, actor, key, fingerprint_of(key), subject_id, at), decide)


def _is_news(dispute: Dispute, told: Told, at: datetime) -> bool:
    """Whether asking told something: that nothing has changed is said a thousand times, and kept never."""
    word = told_of(told, at)
    if word.status is not dispute.status:
        return word.key > dispute.known.key
    return min(word.deducted_minor, dispute.amount_minor) > dispute.held_minor


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60
