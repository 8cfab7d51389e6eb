"""In which world do banks take money back for jobs that a provider did badly? The gateway's words are said as they are.

The log is in memory, and every invariant of money looks at each of its events.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from application.batch_payout import BatchPayout, batch_payout, payout_id_of
from application.decide_earning_rules import DecideEarningRules, decide_earning_rules
from application.engine import Answer, Work
from application.gateway_payouts import Dispute as GatewayDispute
from application.give_payout_account import GivePayoutAccount, give_payout_account
from application.hold_earning import HoldEarning
from application.record_dispute import RecordDispute, claim_of, record_dispute, told_of
from application.record_payout import RecordNoPayout, record_no_payout
from application.recover_loss import RecoverLoss, recover_loss
from application.request_payout import RequestPayout, operation_of, request_payout
from domain import ledger
from domain.dispute import Dispute
from domain.dispute_terms import PaidBy, dispute_id
from domain.earning import Earning
from domain.earning_rules import EarningRules
from domain.earnings_terms import earning_id, reserve_id
from domain.money import Money
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import OrderPurpose, Source, TryStatus, job_order_id
from domain.payment_order_terms import Told as Paid
from domain.payout import Payout
from domain.payout_batch import batch_id
from domain.reserve import Reserve
from tests.application.test_payouts import ADMIN, PAYER, Office
from tests.domain.payout_facts import RECORD
from tests.support.paid import TOTAL, PaidJob, a_paid_job
from tests.support.roadside import FINANCE_ACTOR, NOON, PROVIDER, TENANT, THE_PROVIDER

EARNED = TOTAL - 17_700
"""What a job comes to for its provider."""
PAYABLE, RESERVE = ledger.payable_to(PROVIDER), ledger.reserve_of(PROVIDER)


class Losses(Office):
    """A provider with an account, its jobs, and the banks of its customers."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[PaidJob] = []
        self.payouts: list[UUID] = []
        self.at = NOON + timedelta(days=1)

    async def begun(self, reserve_bp: int = 0, reserve_most_minor: int = 0) -> Losses:
        """One job was paid out, of which so much was kept back; nothing else is earned yet."""
        await self.open_company()
        await self.run(give_payout_account, GivePayoutAccount(THE_PROVIDER, PROVIDER, RECORD, NOON))
        await self.verify("fa_1")
        rules = EarningRules(waits_s=0, reserve_bp=reserve_bp, reserve_most_minor=reserve_most_minor, least_minor=100)
        await self.run(decide_earning_rules, DecideEarningRules(ADMIN, rules, NOON, NOON))
        await self.pay(self.earning(await self.job()))
        self.jobs.clear()
        return self

    def later(self) -> None:
        """Another day."""
        self.at += timedelta(days=1)

    @property
    def day(self) -> date:
        """Which one it is."""
        return self.at.date()

    async def job(self) -> int:
        """One more is done and paid; its number."""
        job = await a_paid_job(self.engine, TENANT, provider_id=PROVIDER, at=self.at)
        order = PaymentOrder.request(
            job_order_id(job.request_id, 0),
            customer_id=job.customer.subject_id or UUID(int=0),
            purpose=OrderPurpose.JOB,
            subject_id=job.request_id,
            amount_minor=TOTAL,
            currency="INR",
            at=self.at,
        )
        order.opened(f"order_{order.id.hex[:20]}", self.at)
        order.learn(Paid(f"pay_{order.id.hex[:20]}", TryStatus.CAPTURED, TOTAL, "INR"), Source.ASKED, self.at)

        async def pay(_command: object, work: Work) -> Answer:
            work.add(order)
            return {}

        await self.run(pay, HoldEarning(FINANCE_ACTOR, order.id, None, self.at))
        self.jobs.append(job)
        return len(self.jobs) - 1

    def earning(self, job: int) -> UUID:
        return earning_id(self.jobs[job].payment_id)

    def dispute(self, job: int) -> UUID:
        return dispute_id(job_order_id(self.jobs[job].request_id, 0), self._called(job))

    async def says(self, job: int, status: str, deducted_minor: int = 0) -> None:
        """The gateway says how the dispute of a job stands."""
        order = job_order_id(self.jobs[job].request_id, 0)
        self.at += timedelta(minutes=1)
        told = GatewayDispute(
            dispute_id=self._called(job),
            payment_id=f"pay_{order.hex[:20]}",
            amount_minor=TOTAL,
            deducted_minor=deducted_minor,
            currency="INR",
            reason_code="not_received",
            phase="chargeback",
            status=status,  # type: ignore[arg-type]  # one of the gateway's words
            respond_by=self.at + timedelta(days=7),
            evidence_submitted_at=None,
        )
        word = told_of(told, self.at)
        await self.run(record_dispute, RecordDispute(PAYER, PaidBy(order), claim_of(told), word, self.at))

    async def pass_on(self, job: int, amount_minor: int, key: str | None = None) -> Answer:
        """Finance says that the provider bears so much of it."""
        command = RecoverLoss(FINANCE_ACTOR, self.dispute(job), Money(amount_minor, "INR"), self.at)
        return (await self.run(recover_loss, command, key)).answer

    async def pay(self, *earnings: UUID) -> UUID:
        """Today's payout, of what is proposed."""
        await self.run(batch_payout, BatchPayout(PAYER, PROVIDER, "INR", earnings, self.day, self.at))
        payout = payout_id_of(batch_id(TENANT, self.day, "INR"), PROVIDER)
        self.payouts.append(payout)
        self.later()
        return payout

    async def refuse(self, payout: UUID) -> None:
        """The gateway does not take it: its amount is an earning again."""
        if (await self.the(Payout, payout)).operation_id is None:
            await self.run(request_payout, RequestPayout(PAYER, payout, self.at))
        no = RecordNoPayout(PAYER, payout, operation_of(payout), is_certain=True, why="refused", at=self.at)
        await self.run(record_no_payout, no)

    async def reserve(self) -> Reserve:
        return await self.the(Reserve, reserve_id(PROVIDER, "INR"))

    async def waiting(self, *_causes: UUID) -> int:
        """Every earning that is in no payout, together."""
        return sum([each.amount_minor for each in await self.earnings() if each.payout_id is None])

    async def earnings(self) -> list[Earning]:
        """All that there are."""
        ids = [event.stream_id for event in self.log.events if event.topic == "earning.accrued"]
        return [await self.the(Earning, each) for each in ids]

    async def lost(self) -> int:
        """What is lost by disputes and borne by us."""
        ids = [event.stream_id for event in self.log.events if event.topic == "dispute.opened"]
        found = [await self.the(Dispute, each) for each in ids]
        return sum(each.lost_minor - (each.borne.amount_minor if each.borne else 0) for each in found)

    def on(self, account: str) -> int:
        return self.log.books.balance(account)

    def _called(self, job: int) -> str:
        return f"disp_{self.jobs[job].request_id.hex[-20:]}"
