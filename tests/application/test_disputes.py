"""A bank asks a job's payment back: is it answered with what the log shows, and is the money where it belongs?

The gateway is its stand-in, over the vendor's own library; the log is in memory, and every invariant looks at it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from application.answer_dispute import AnswerDispute, accept_dispute, contest_dispute
from application.capture_order import CaptureOrder, capture_order
from application.dispute_errands import DisputeErrands
from application.evidence import Evidence, EvidenceDiffers, Proof, Shown
from application.order_errands import OrderErrands
from application.personal import PersonalKind, PersonalRecord
from application.rate_job import RateJob, rate_job
from application.record_dispute import claim_of, told_of
from application.refund_order import RefundOrder, refund_order
from domain import ledger
from domain.dispute import Dispute
from domain.dispute_terms import Answered, DisputeNotOpen, DisputeState, Shows, dispute_id
from domain.earning import Earning
from domain.earnings_terms import WhyHeld, earning_id
from domain.evidence_pack import Pack
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import PaymentDisputed, capture_of, job_order_id, opening_of
from domain.payment_terms import payment_id
from domain.price_terms import PaymentMethod
from domain.refusal import NotAllowed
from domain.request_job import EvidenceKind
from interfaces.worker.letters import Letters
from tests.application.priced import FLAT_TYRE, PricedWorld
from tests.money.line_board import LineBoard
from tests.money.line_in_memory import MemoryInbox
from tests.support.razorpay import StandIn, standing_in
from tests.support.roadside import DESK_ACTOR, REQUEST, TENANT, THE_CUSTOMER, some_id
from tests.support.trade import HELP_TOTAL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.log import LoggedEvent

pytestmark = pytest.mark.anyio

ORDER = job_order_id(REQUEST, 0)
NAME = "Asha Rao"


class Sealed:
    """A sealed log: every event has a proof, which says only where it stands."""

    def __init__(self) -> None:
        self.reaches_to = 0

    async def sealed_to(self) -> tuple[int, int] | None:
        return (1, self.reaches_to) if self.reaches_to else None

    async def proof(self, tenant: str, position: int, segment: int | None = None) -> Proof:
        assert tenant == TENANT
        assert segment == 1
        return {"event": {"position": position}}


class Bills:
    """One bill."""

    async def number_of(self, tenant: str, bill_id: UUID) -> str | None:
        assert tenant == TENANT
        return f"VA/{bill_id.hex[:4]}"


class People:
    """A personal store in which everybody has one name."""

    async def get(self, _tenant: str, record_ids: list[UUID]) -> dict[UUID, Any]:
        return dict.fromkeys(record_ids, PersonalRecord(PersonalKind.CALL, {"name": NAME}))


class PlainPress:
    """What a bank would get, without its form."""

    def evidence_pdf(self, pack: Pack, shown: Shown, told: bytes) -> bytes:
        return b"%PDF-1.7 " + shown.customer_name.encode() + pack.summary.encode() + told


class Disputed(PricedWorld):
    """A job whose customer paid at a checkout, and then went to the bank."""

    def __init__(self, stand_in: StandIn) -> None:
        super().__init__()
        self.stand_in, gateways = stand_in, stand_in.gateways()
        self.desk = gateways.disputes
        self.seals = Sealed()
        people: Any = People()
        self.orders = OrderErrands(self.engine, self.aggregates, gateways.payments)
        self.evidence = Evidence(self.log, people, self.seals, Bills(), PlainPress())
        self.errands = DisputeErrands(self.engine, self.aggregates, gateways.disputes, self.evidence)
        self.inbox = MemoryInbox()
        board: Any = LineBoard(self.events, TENANT)
        self.letters = Letters(self.inbox, board, self.orders, board, None, None, self.errands)  # type: ignore[arg-type]  # no payouts here
        self._heard: set[str] = set()
        self._numbers = count()

    async def events(self) -> Sequence[LoggedEvent]:
        return self.log.events

    async def paid(self) -> str:
        """The job is asked for, paid online and on its way; the gateway's payment."""
        await self.open_both()
        await self.ask(FLAT_TYRE, PaymentMethod.GATEWAY)
        await self.assign()
        await self.orders.open(TENANT, ORDER, opening_of(ORDER), self.now)
        opened = (await self.the(PaymentOrder, ORDER)).gateway_order
        assert opened is not None
        payment = str(self.stand_in.pay(opened)["razorpay_payment_id"])
        await self.orders.ask_about(TENANT, ORDER, self.now)
        await self.come()
        await self.run(capture_order, CaptureOrder(DESK_ACTOR, ORDER, self.now))
        await self.orders.capture(TENANT, ORDER, capture_of(ORDER, payment), self.now)
        return payment

    async def supplied(self) -> str:
        """The same, and done."""
        payment = await self.paid()
        await self.start()
        await self.picture(EvidenceKind.WORK_DONE)
        await self.picture(EvidenceKind.RECEIPT)
        await self.finish()
        return payment

    def raised(self, payment: str, **told: Any) -> str:
        return str(self.stand_in.play("/disputes", payment_id=payment, **told)["id"])

    async def hear(self, dispute: str) -> None:
        """The news of one dispute that was not heard yet, the newest first, each twice."""
        news = [each for each in reversed(self.stand_in.post()) if dispute in each["body"]]
        for each in news:
            for _ in range(2):
                name = f"{each['event_id']}-{next(self._numbers)}"
                await self.inbox.keep("razorpay", name, each["body"].encode())
                (letter,) = await self.inbox.take([("razorpay", name)])
                await self.letters.fold(letter, self.then)

    @property
    def then(self) -> datetime:
        """The gateway's clock."""
        return datetime.fromtimestamp(int(self.stand_in.books()["now"]), UTC)

    async def dispute(self, gateway_dispute: str) -> Dispute:
        return await self.the(Dispute, dispute_id(ORDER, gateway_dispute))

    async def looked_after(self, gateway_dispute: str, at: datetime | None = None) -> Dispute:
        await self.errands.look_after(TENANT, dispute_id(ORDER, gateway_dispute), at or self.then)
        return await self.dispute(gateway_dispute)

    async def carried_out(self, gateway_dispute: str) -> Dispute:
        """What was asked for, by the worker."""
        asked = await self.dispute(gateway_dispute)
        assert asked.operation_id is not None
        await self.errands.contest(TENANT, asked.id, asked.operation_id, self.then)
        await self.errands.accept(TENANT, asked.id, asked.operation_id, self.then)
        return await self.dispute(gateway_dispute)

    def on(self, *accounts: str) -> tuple[int, ...]:
        return tuple(self.log.books.balance(each) for each in accounts)


@pytest.fixture
def world() -> Iterator[Disputed]:
    """With a gateway of its own: every world has the same order."""
    with standing_in() as gateway:
        yield Disputed(gateway)


MONEY = (ledger.DISPUTE_HELD, ledger.CHARGEBACK)


async def test_a_job_that_was_done_is_shown_to_the_bank_by_itself_and_won(world: Disputed) -> None:
    payment = await world.supplied()
    await world.run(rate_job, RateJob(THE_CUSTOMER, REQUEST, 5, (), world.now))
    raised = world.raised(payment, deduct_at_onset=True)
    await world.hear(raised)
    assert world.on(*MONEY) == (HELP_TOTAL, 0)
    earning = await world.the(Earning, earning_id(payment_id(REQUEST)))
    assert earning.held is WhyHeld.DISPUTED

    world.seals.reaches_to = len(world.log.events)
    seen = await world.looked_after(raised)
    assert seen.draft is not None
    assert seen.draft.is_strong
    assert set(seen.draft.shows) >= {Shows.AGREED, Shows.ARRIVED, Shows.CODE_GIVEN, Shows.COMPLETED, Shows.BILLED}
    assert set(seen.draft.shows) >= {Shows.RATED, Shows.PICTURED, Shows.PROVED}
    assert seen.answered is Answered.NOTHING

    assert (await world.looked_after(raised, seen.respond_by - timedelta(hours=40))).answered is Answered.CONTEST_ASKED
    contested = await world.carried_out(raised)
    assert (contested.answered, contested.status) == (Answered.CONTESTED, DisputeState.UNDER_REVIEW)
    theirs = world.stand_in.http.get(f"/v1/disputes/{raised}").json()["evidence"]
    assert len(theirs["proof_of_service"]) == 1
    assert "agreed" in theirs["summary"]

    world.stand_in.play(f"/disputes/{raised}", status="won")
    await world.hear(raised)
    assert (await world.dispute(raised)).status is DisputeState.WON
    assert world.on(*MONEY) == (0, 0)
    assert (await world.the(Earning, earning.id)).held is None


async def test_what_is_lost_is_a_loss_and_the_desk_decides_who_bears_it(world: Disputed) -> None:
    payment = await world.supplied()
    raised = world.raised(payment, amount=5_000)
    await world.hear(raised)
    assert world.on(*MONEY) == (0, 0), "the gateway took nothing yet"
    await world.run(accept_dispute, AnswerDispute(DESK_ACTOR, dispute_id(ORDER, raised), world.now))
    lost = await world.carried_out(raised)
    assert (lost.answered, lost.status, lost.lost_minor) == (Answered.ACCEPTED, DisputeState.LOST, 5_000)
    await world.hear(raised)
    assert world.on(*MONEY) == (0, 5_000)
    assert (await world.the(Earning, earning_id(payment_id(REQUEST)))).held is WhyHeld.DISPUTED
    order = await world.the(PaymentOrder, ORDER)
    assert order.refundable_minor == HELP_TOTAL - 5_000
    with pytest.raises(DisputeNotOpen):
        await world.run(contest_dispute, AnswerDispute(DESK_ACTOR, lost.id, world.now))


async def test_nothing_else_goes_back_meanwhile_and_only_the_desk_answers(world: Disputed) -> None:
    payment = await world.paid()
    raised = world.raised(payment)
    await world.hear(raised)
    with pytest.raises(PaymentDisputed):
        await world.run(refund_order, RefundOrder(DESK_ACTOR, some_id(650), ORDER, 100, world.now))
    with pytest.raises(NotAllowed):
        await world.run(contest_dispute, AnswerDispute(THE_CUSTOMER, dispute_id(ORDER, raised), world.now))


async def test_a_job_that_is_not_done_goes_to_a_person(world: Disputed) -> None:
    raised = world.raised(await world.paid())
    await world.hear(raised)
    seen = await world.looked_after(raised)
    assert seen.draft is not None
    assert not seen.draft.is_strong
    late = await world.looked_after(raised, seen.respond_by - timedelta(hours=40))
    assert late.handed_over
    assert late.answered is Answered.NOTHING
    # What the job earns later is held, too.
    await world.start()
    await world.picture(EvidenceKind.WORK_DONE)
    await world.picture(EvidenceKind.RECEIPT)
    await world.finish()
    seen = await world.looked_after(raised, world.then + timedelta(minutes=1))
    assert seen.draft is not None
    assert seen.draft.is_strong
    assert (await world.the(Earning, earning_id(payment_id(REQUEST)))).held is WhyHeld.DISPUTED


@pytest.mark.parametrize("kind", ["drop_after", "error_after", "html", "truncated"])
async def test_an_answer_that_nobody_heard_of_is_given_once(world: Disputed, kind: str) -> None:
    raised = world.raised(await world.supplied())
    await world.hear(raised)
    await world.looked_after(raised)
    await world.run(contest_dispute, AnswerDispute(DESK_ACTOR, dispute_id(ORDER, raised), world.now))
    world.stand_in.play("/faults", rules=[{"kind": kind, "path": f"/disputes/{raised}", "times": 9}])
    doubted = await world.carried_out(raised)
    assert doubted.answered is Answered.CONTEST_ASKED
    assert "dispute.answer_doubted" in world.topics()
    world.stand_in.play("/faults", rules=[])
    assert (await world.carried_out(raised)).answered is Answered.CONTESTED
    told = [each for each in world.stand_in.post() if each["event"] == "payment.dispute.under_review"]
    assert sum(raised in each["body"] for each in told) == 1


async def test_what_the_bank_sends_back_is_answered_anew(world: Disputed) -> None:
    raised = world.raised(await world.supplied())
    await world.hear(raised)
    await world.looked_after(raised)
    asked = AnswerDispute(DESK_ACTOR, dispute_id(ORDER, raised), world.now)
    await world.run(contest_dispute, asked)
    first = await world.carried_out(raised)
    world.stand_in.play("/clock", advance_s=3_600)
    world.stand_in.play(f"/disputes/{raised}", status="action_required")
    await world.hear(raised)
    again = await world.dispute(raised)
    assert (again.status, again.wants_answer) == (DisputeState.ACTION_REQUIRED, True)
    await world.run(contest_dispute, asked)
    second = await world.carried_out(raised)
    assert second.answered is Answered.CONTESTED
    assert second.operation_id != first.operation_id


async def test_a_pack_is_the_same_bytes_and_names_nobody_before_it_is_shown(world: Disputed) -> None:
    raised = world.raised(await world.supplied())
    await world.hear(raised)
    world.seals.reaches_to = len(world.log.events)
    seen = await world.looked_after(raised)
    assert seen.draft is not None
    told = await world.evidence.told(TENANT, seen, seen.draft)
    await world.run(rate_job, RateJob(THE_CUSTOMER, REQUEST, 1, (), world.now))
    assert await world.evidence.told(TENANT, seen, seen.draft) == told, "what came later is no part of it"
    shown = json.loads(told)
    assert (shown["customer_name"], shown["sha256"]) == (NAME, seen.draft.sha256)
    assert len(shown["proofs"]) == len(shown["timeline"])
    assert all(NAME.encode() not in each.payload for each in world.log.events)
    changed = type(seen.draft)(seen.draft.known_at, 1, seen.draft.shows, is_strong=True, sha256="00" * 32)
    with pytest.raises(EvidenceDiffers):
        await world.evidence.told(TENANT, seen, changed)


async def test_news_in_any_order_and_a_look_at_the_gateway_book_the_same_once(world: Disputed) -> None:
    payment = await world.supplied()
    raised = world.raised(payment, deduct_at_onset=True)
    world.stand_in.play(f"/disputes/{raised}", status="lost")
    await world.hear(raised)
    told = world.stand_in.gateways().disputes.dispute(raised)
    found = getattr(told, "value")  # noqa: B009  (confirmed, or the test ends here)
    await world.errands.tell(TENANT, ORDER, found, "asked", world.then)
    assert claim_of(found).gateway_payment == payment
    assert told_of(found, world.then).status is DisputeState.LOST
    assert world.on(*MONEY) == (0, HELP_TOTAL)
    assert Counter(world.topics())["dispute.charged_back"] == 1
