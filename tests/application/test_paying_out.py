"""Is a provider paid once, by the gateway's own books, whatever the line to it does and however often it is tried?"""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest

from application.batch_payout import CloseBatch, FinishBatch, close_batch, finish_batch
from application.dispatch.ordering import Ordering
from application.gateway import Confirmed
from application.gateway_payouts import PayOut, PayoutStatus
from application.give_payout_account import GivePayoutAccount, give_payout_account
from application.paying_out import ERASED, NOT_THERE, Errands
from application.payout_run import PayoutDay, PayoutRun, ToEnd, ToPay, ToRequest
from application.personal import PersonalKind, PersonalRecord
from application.record_settlement import RecordSettlement, record_settlement
from domain import ledger
from domain.actor import Actor
from domain.earning import Earning
from domain.earnings_terms import earning_id
from domain.money import Money
from domain.payout import Payout
from domain.payout_account import PayoutAccount
from domain.payout_batch import PayoutBatch, batch_id
from domain.payout_terms import ENDED, PayoutState
from domain.refusal import NotAllowed, OutOfTurn
from infra.gateway_settings import SANDBOX_ACCOUNT
from infra.razorpay.build import gateways_over
from infra.razorpay.wire import Access
from tests.application.test_payouts import ACCOUNT, CAUSE, DAY, ID, TOMORROW, Office
from tests.domain.payout_facts import EARNED
from tests.support.razorpay import StandIn, standing_in
from tests.support.roadside import DESK_ACTOR, NOON, PROVIDER, TENANT, THE_PROVIDER, some_id

pytestmark = pytest.mark.anyio

BANK_ACCOUNT = {"holder": "Asha Rao", "account_number": "50100123456789", "branch_code": "HDFC0000123"}
BEFORE_TEN, AFTER_TEN = TOMORROW.replace(hour=4), TOMORROW


class Records:
    """A personal store over a dict."""

    def __init__(self) -> None:
        self.kept: dict[UUID, PersonalRecord] = {}

    async def get(self, _tenant: str, record_ids: list[UUID]) -> dict[UUID, PersonalRecord | None]:
        """Each with its record, or None."""
        return {record_id: self.kept.get(record_id) for record_id in record_ids}


class Counter(Office):
    """An office with a line to the gateway, and a board that shows what stands in the log."""

    def __init__(self, stand_in: StandIn) -> None:
        super().__init__()
        self.stand_in = stand_in
        self.records = Records()
        self.refusals: list[str] = []
        bank = stand_in.gateways((1.0, 1.0)).payouts
        self.errands = Errands(self.engine, self.aggregates, self.records, bank)  # type: ignore[arg-type]  # of the store only get is asked
        self.payouts = PayoutRun(self, Ordering(self.engine, self), PayoutDay())

    async def begin(self, account_number: str = BANK_ACCOUNT["account_number"]) -> "Counter":
        """A provider has earned, and says where it is paid."""
        await self.open_company()
        await self.earn(CAUSE, EARNED)
        record = some_id(500)
        told = {**BANK_ACCOUNT, "account_number": account_number}
        self.records.kept[record] = PersonalRecord(PersonalKind.BANK, told)
        await self.run(give_payout_account, GivePayoutAccount(THE_PROVIDER, PROVIDER, record, NOON))
        return self

    async def fill_the_bank(self, amount_minor: int = EARNED) -> None:
        """The gateway has settled."""
        self.stand_in.play("/fund", amount=amount_minor)
        teller = Actor.system("settlements", TENANT)
        settled = RecordSettlement(teller, "setl_1", Money(amount_minor, "INR"), "utr9", 1, NOON)
        await self.run(record_settlement, settled)

    async def check(self) -> PayoutAccount:
        """As the worker does, for the intent that is open."""
        account = await self.the(PayoutAccount, ACCOUNT)
        assert account.operation_id is not None
        await self.errands.check_account(TENANT, ACCOUNT, account.operation_id, TOMORROW)
        return await self.the(PayoutAccount, ACCOUNT)

    async def pay(self, after: timedelta = timedelta(0)) -> Payout:
        """As the worker does, for the intent that is open."""
        payout = await self.the(Payout, ID)
        assert payout.operation_id is not None
        await self.errands.pay_out(TENANT, ID, payout.operation_id, TOMORROW + after)
        return await self.the(Payout, ID)

    async def bank_says(self, status: PayoutStatus) -> Payout:
        """The bank makes up its mind, and we ask."""
        payout = await self.the(Payout, ID)
        self.stand_in.play(f"/payouts/{payout.gateway_payout}", status=status)
        await self.errands.ask_about(TENANT, ID, TOMORROW)
        return await self.the(Payout, ID)

    def gone_out(self) -> int:
        """What the gateway's own books say that went to others."""
        movements = self.stand_in.books()["movements"]
        out = sum(each["amount"] for each in movements if each["target"] == "beneficiaries")
        back = sum(each["amount"] for each in movements if each["source"] == "beneficiaries")
        return int(out - back)

    # The board.

    async def to_pay(self, _at: object, _limit: int) -> list[ToPay]:
        """What is in no payout."""
        found = [await self.aggregates.load(Earning, TENANT, earning_id(cause)) for cause in (CAUSE, ID)]
        waiting = tuple(each.id for each in found if each is not None and each.payout_id is None)
        return [ToPay(TENANT, PROVIDER, "INR", waiting)] if waiting else []

    async def to_request(self, _limit: int) -> list[ToRequest]:
        """The payout, until it is asked for."""
        payout = await self.aggregates.load(Payout, TENANT, ID)
        waits = payout is not None and payout.state is PayoutState.BATCHED
        return [ToRequest(TENANT, ID, EARNED, "INR")] if waits else []

    async def in_bank(self, tenant: str, currency: str) -> int:
        """By our books."""
        return self.log.books.balance(ledger.BANK, tenant, currency)

    async def to_end(self, today: date, _limit: int) -> list[ToEnd]:
        """The day, once it is over."""
        batch = await self.aggregates.load(PayoutBatch, TENANT, batch_id(TENANT, DAY, "INR"))
        if batch is None or batch.is_finished or batch.day >= today:
            return []
        payouts = [await self.the(Payout, one) for one in batch.payouts]
        under_way = sum(one.state not in ENDED | {PayoutState.PROCESSED} for one in payouts)
        return [ToEnd(TENANT, "INR", batch.day, batch.is_closed, under_way)]

    def refused(self, order: str, subject_id: UUID, code: str) -> None:
        """Heard by whoever orders."""
        assert subject_id in {PROVIDER, ID, batch_id(TENANT, DAY, "INR")}
        self.refusals.append(f"{order}/{code}")


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """The gateway."""
    with standing_in() as running:
        yield running


async def on_its_way(stand_in: StandIn) -> Counter:
    """Up to the intent."""
    counter = await Counter(stand_in).begin()
    await counter.check()
    await counter.fill_the_bank()
    assert await counter.payouts.look(AFTER_TEN) == 1
    return counter


async def test_a_day_pays_what_is_due_after_ten_once_the_bank_covers_it(stand_in: StandIn) -> None:
    counter = await Counter(stand_in).begin()
    assert await counter.payouts.look(AFTER_TEN) == 0
    assert counter.refusals == ["batch_payout/account_not_verified"]
    assert (await counter.check()).verified_at is not None
    assert await counter.payouts.look(BEFORE_TEN) == 0
    assert await counter.aggregates.load(Payout, TENANT, ID) is None
    assert await counter.payouts.look(AFTER_TEN + timedelta(hours=1)) == 0
    assert (await counter.the(Payout, ID)).state is PayoutState.BATCHED
    await counter.fill_the_bank()
    assert await counter.payouts.look(AFTER_TEN + timedelta(hours=1)) == 1
    assert await counter.payouts.look(AFTER_TEN + timedelta(hours=1)) == 0


async def test_a_day_is_closed_when_it_is_over_and_finished_when_nothing_of_it_is_on_its_way(stand_in: StandIn) -> None:
    counter = await on_its_way(stand_in)
    day = batch_id(TENANT, DAY, "INR")
    assert (await counter.the(PayoutBatch, day)).state == "open"
    await counter.pay()
    next_day = AFTER_TEN + timedelta(days=1)
    await counter.payouts.look(next_day)
    assert (await counter.the(PayoutBatch, day)).state == "closed"
    await counter.bank_says("processed")
    await counter.payouts.look(next_day + timedelta(hours=1))
    batch = await counter.the(PayoutBatch, day)
    assert (batch.state, counter.refusals) == ("finished", [])
    finished = counter.log.events[-1]
    assert finished.topic == "payout_batch.finished"
    await counter.bank_says("reversed")
    await counter.payouts.look(next_day + timedelta(hours=2))
    assert [event.topic for event in counter.log.events].count("payout_batch.finished") == 1


async def test_a_day_is_not_finished_while_the_bank_has_not_said(stand_in: StandIn) -> None:
    counter = await on_its_way(stand_in)
    payer = Actor.system("payouts", TENANT)
    await counter.run(close_batch, CloseBatch(payer, "INR", DAY, TOMORROW))
    with pytest.raises(OutOfTurn):
        await counter.run(finish_batch, FinishBatch(payer, "INR", DAY, TOMORROW))
    with pytest.raises(NotAllowed):
        await counter.run(finish_batch, FinishBatch(DESK_ACTOR, "INR", DAY, TOMORROW))


async def test_a_provider_is_paid_and_both_bookkeepers_say_so(stand_in: StandIn) -> None:
    counter = await on_its_way(stand_in)
    assert (await counter.pay()).state is PayoutState.PROCESSING
    assert (await counter.bank_says("processed")).state is PayoutState.PROCESSED
    assert counter.gone_out() == EARNED
    assert counter.log.books.balance(ledger.BANK) == 0
    assert counter.log.books.balance(ledger.payable_to(PROVIDER)) == EARNED


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "error_after", "html", "truncated", "reset", "twice"])
async def test_whatever_the_line_does_it_goes_out_once(stand_in: StandIn, kind: str) -> None:
    counter = await on_its_way(stand_in)
    stand_in.fail_next(kind, "/v1/payouts", times=2)
    payout = await counter.pay()
    for second in range(1, 5):
        payout = await counter.pay(timedelta(seconds=second))
    assert (payout.state, payout.is_open) == (PayoutState.PROCESSING, False)
    assert counter.gone_out() == EARNED
    asked = [event.topic for event in counter.log.events]
    assert (asked.count("payout.requested"), asked.count("payout.accepted")) == (1, 1)


async def test_silence_is_a_doubt_and_no_end(stand_in: StandIn) -> None:
    counter = await on_its_way(stand_in)
    stand_in.fail_next("drop_after", "/v1/payouts", times=50)
    doubted = await counter.pay()
    assert doubted.is_open
    assert doubted.doubts == 1
    assert (await counter.the(Earning, earning_id(CAUSE))).payout_id == ID
    stand_in.play("/faults", rules=[])
    assert not (await counter.pay(timedelta(seconds=9))).is_open
    assert counter.gone_out() == EARNED


async def test_what_comes_back_after_days_is_owed_again_and_paid_anew_to_a_checked_account(stand_in: StandIn) -> None:
    counter = await on_its_way(stand_in)
    await counter.pay()
    await counter.bank_says("processed")
    reversed_ = await counter.bank_says("reversed")
    assert reversed_.state is PayoutState.REVERSED
    assert counter.gone_out() == 0
    assert counter.log.books.balance(ledger.BANK) == EARNED
    assert counter.log.books.balance(ledger.payable_to(PROVIDER)) == 0
    assert (await counter.the(Earning, earning_id(ID))).amount_minor == EARNED
    assert (await counter.the(PayoutAccount, ACCOUNT)).verified_at is None
    assert (await counter.check()).verified_at is not None


async def test_another_payout_under_our_operation_is_no_reason_to_pay_again(stand_in: StandIn) -> None:
    counter = await on_its_way(stand_in)
    bank = stand_in.gateways().payouts
    payout = await counter.the(Payout, ID)
    assert payout.operation_id is not None
    foreign = PayOut(payout.operation_id, payout.gateway_account, EARNED - 1, "INR")
    assert isinstance(bank.pay_out(foreign), Confirmed)
    doubted = await counter.pay()
    assert doubted.is_open
    assert doubted.doubts == 1
    assert (await counter.the(Earning, earning_id(CAUSE))).payout_id == ID


async def test_keys_that_the_gateway_does_not_know_are_no_end_of_a_payout(stand_in: StandIn) -> None:
    counter = await on_its_way(stand_in)
    stranger = gateways_over(Access("rzp_test_other", "wrong", stand_in.address, (1.0, 1.0), SANDBOX_ACCOUNT)).payouts
    locked_out = Errands(counter.engine, counter.aggregates, counter.records, stranger)  # type: ignore[arg-type]  # of the store only get is asked
    payout = await counter.the(Payout, ID)
    assert payout.operation_id is not None
    await locked_out.pay_out(TENANT, ID, payout.operation_id, TOMORROW)
    assert (await counter.the(Payout, ID)).is_open
    assert not (await counter.pay(timedelta(seconds=9))).is_open
    assert counter.gone_out() == EARNED


async def test_an_account_that_nobody_has_is_not_paid_to(stand_in: StandIn) -> None:
    counter = await Counter(stand_in).begin("501001230000")
    refused = await counter.check()
    assert (refused.verified_at, refused.refused_for) == (None, NOT_THERE)


async def test_an_account_that_was_erased_is_no_account(stand_in: StandIn) -> None:
    counter = await Counter(stand_in).begin()
    counter.records.kept.clear()
    assert (await counter.check()).refused_for == ERASED


async def test_a_check_that_nobody_answers_is_asked_again(stand_in: StandIn) -> None:
    counter = await Counter(stand_in).begin()
    stand_in.fail_next("drop_after", "/v1/contacts")
    assert (await counter.check()).operation_id is not None
    assert (await counter.check()).verified_at is not None
