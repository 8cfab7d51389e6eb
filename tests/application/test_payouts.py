"""From the job to the provider's bank: is what was earned paid once, whatever the gateway and the bank do?"""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from application.accruing import accrue
from application.batch_payout import BatchPayout, CloseBatch, batch_payout, close_batch, payout_id_of
from application.decide_earning_rules import DecideEarningRules, decide_earning_rules, earning_rules_of
from application.engine import Answer, Work
from application.free_reserve import FreeReserve, free_reserve
from application.gateway_payouts import Payout as Told
from application.gateway_payouts import PayoutStatus
from application.give_payout_account import (
    CheckPayoutAccount,
    GivePayoutAccount,
    check_payout_account,
    give_payout_account,
)
from application.hold_earning import HoldEarning, hold_earning
from application.record_account_check import RecordAccountCheck, record_account_check
from application.record_payout import RecordNoPayout, RecordPayout, record_no_payout, record_payout
from application.request_payout import (
    RequestPayout,
    WithdrawPayout,
    operation_of,
    request_payout,
    withdraw_payout,
)
from domain import ledger
from domain.actor import Actor, Role
from domain.earning import Earning
from domain.earnings_terms import NothingToPay, NotPayable, WhyHeld, earning_id
from domain.money import Money
from domain.payout import Payout
from domain.payout_account import PayoutAccount, payout_account_id
from domain.payout_batch import PayoutBatch, batch_id
from domain.payout_terms import AccountNotVerified, AccountOnHold, PayoutState
from domain.refusal import NotAllowed, NotFound
from tests.application.world import World, context_of
from tests.domain.payout_facts import EARNED, RECORD, RULES
from tests.support.roadside import (
    ANOTHER_PROVIDER,
    DESK_ACTOR,
    FINANCE_ACTOR,
    NOON,
    PROVIDER,
    TENANT,
    THE_PROVIDER,
    some_id,
)

pytestmark = pytest.mark.anyio

PAYER = Actor.system("payouts", TENANT)
ADMIN = replace(DESK_ACTOR, role=Role.ADMIN)
TOMORROW = NOON + timedelta(days=1)
DAY = date(2026, 3, 3)
ID = payout_id_of(batch_id(TENANT, DAY, "INR"), PROVIDER)
ACCOUNT = payout_account_id(PROVIDER)
CAUSE = some_id(300)


class Office(World):
    """A world with somebody to be paid."""

    async def opened(self, *, verified: bool = True) -> "Office":
        """A provider that earned something and has given an account."""
        await self.open_company()
        await self.earn(CAUSE, EARNED)
        await self.run(give_payout_account, GivePayoutAccount(THE_PROVIDER, PROVIDER, RECORD, NOON))
        if verified:
            await self.verify("fa_1")
        return self

    async def earn(self, cause_id: UUID, amount_minor: int) -> None:
        """As the save does that divides a job's money."""

        async def settle(_command: object, work: Work) -> Answer:
            await accrue(work, PROVIDER, cause_id, amount_minor, "INR", NOON)
            return {}

        await self.run(settle, HoldEarning(FINANCE_ACTOR, cause_id, None, NOON))

    async def verify(self, gateway_account: str) -> None:
        """The bank says that the account is there."""
        account = await self.the(PayoutAccount, ACCOUNT)
        assert account.operation_id is not None
        told = RecordAccountCheck(
            PAYER, ACCOUNT, account.operation_id, NOON, gateway_account=gateway_account, is_there=True
        )
        await self.run(record_account_check, told)

    async def batch(self, day: date = DAY, cause_id: UUID = CAUSE) -> None:
        order = BatchPayout(PAYER, PROVIDER, "INR", (earning_id(cause_id),), day, TOMORROW)
        await self.run(batch_payout, order)

    async def ask(self) -> "Office":
        """Up to the intent."""
        await self.batch()
        await self.run(request_payout, RequestPayout(PAYER, ID, TOMORROW))
        return self

    async def hear(self, *statuses: PayoutStatus) -> None:
        """What the gateway tells, one after the other."""
        for status in statuses:
            told = Told("pout_1", str(operation_of(ID)), "fa_1", EARNED, "INR", status, 0, 0, "utr1", None)
            await self.run(record_payout, RecordPayout(PAYER, ID, told, TOMORROW))

    async def waiting(self, *causes: UUID) -> int:
        """What of these is in no payout."""
        found = [await self.the(Earning, earning_id(cause)) for cause in causes or (CAUSE,)]
        return sum(earning.amount_minor for earning in found if earning.payout_id is None)


async def test_what_was_earned_is_paid_once_however_often_it_is_ordered() -> None:
    office = await (await Office().opened()).ask()
    await office.ask()
    assert await office.waiting() == 0
    payout = await office.the(Payout, ID)
    assert (payout.amount_minor, payout.state) == (EARNED, PayoutState.REQUESTED)
    assert sum(event.topic == "payout.requested" for event in office.log.events) == 1
    await office.run(close_batch, CloseBatch(PAYER, "INR", DAY, TOMORROW))
    assert (await office.the(PayoutBatch, batch_id(TENANT, DAY, "INR"))).amount_minor == EARNED


async def test_nothing_is_paid_before_its_time_nor_to_an_account_that_nobody_verified() -> None:
    office = await Office().opened(verified=False)
    with pytest.raises(AccountNotVerified):
        await office.batch()
    await office.verify("fa_1")
    order = BatchPayout(PAYER, PROVIDER, "INR", (earning_id(CAUSE),), DAY, TOMORROW)
    with pytest.raises(NotPayable):
        await office.run(batch_payout, replace(order, at=NOON))
    with pytest.raises(NotAllowed):
        await office.run(batch_payout, replace(order, actor=DESK_ACTOR))
    await office.earn(some_id(302), -EARNED)
    with pytest.raises(NothingToPay):
        await office.run(batch_payout, replace(order, earnings=(earning_id(CAUSE), earning_id(some_id(302)))))


async def test_an_account_that_was_changed_is_paid_to_a_day_later() -> None:
    office = await Office().opened()
    await office.batch()
    await office.run(give_payout_account, GivePayoutAccount(THE_PROVIDER, PROVIDER, some_id(301), TOMORROW))
    await office.verify("fa_2")
    with pytest.raises(AccountOnHold):
        await office.run(request_payout, RequestPayout(PAYER, ID, TOMORROW))
    await office.run(request_payout, RequestPayout(PAYER, ID, TOMORROW + timedelta(days=1)))
    requested = next(event for event in office.log.events if event.topic == "payout.requested")
    assert b'"gateway_account":"fa_2"' in requested.payload


async def test_nobody_gives_an_account_for_another_company() -> None:
    office = await Office().opened()
    with pytest.raises(NotFound):
        await office.run(give_payout_account, GivePayoutAccount(ANOTHER_PROVIDER, PROVIDER, some_id(301), NOON))
    with pytest.raises(NotFound):
        await office.run(check_payout_account, CheckPayoutAccount(ANOTHER_PROVIDER, PROVIDER, NOON))
    done = await office.run(check_payout_account, CheckPayoutAccount(THE_PROVIDER, PROVIDER, NOON))
    assert (done.answer["is_verified"], done.answer["is_asked"]) == (False, True)


@pytest.mark.parametrize("end", ["failed", "cancelled", "rejected", "reversed"])
async def test_what_did_not_arrive_is_owed_again_and_the_account_looked_at(end: PayoutStatus) -> None:
    office = await (await Office().opened()).ask()
    await office.hear("processing", end, end)
    assert await office.waiting(CAUSE, ID) == EARNED
    assert not (await office.the(PayoutAccount, ACCOUNT)).verified_at
    assert office.log.books.balance(ledger.BANK) == 0
    with pytest.raises(AccountNotVerified):
        await office.batch(date(2026, 3, 4), ID)
    await office.verify("fa_1")
    await office.batch(date(2026, 3, 4), ID)
    assert await office.waiting(CAUSE, ID) == 0


async def test_the_gateways_no_is_an_end_and_its_silence_is_none() -> None:
    office = await (await Office().opened()).ask()
    doubt = RecordNoPayout(PAYER, ID, operation_of(ID), is_certain=False, why="no_answer", at=TOMORROW)
    await office.run(record_no_payout, doubt)
    assert (await office.the(Payout, ID)).is_open
    assert await office.waiting() == 0
    refusal = replace(doubt, is_certain=True, why="refused")
    await office.run(record_no_payout, refusal)
    await office.run(record_no_payout, refusal)
    assert await office.waiting(CAUSE, ID) == EARNED


async def test_what_nobody_was_asked_for_is_withdrawn_whole() -> None:
    office = await Office().opened()
    await office.batch()
    await office.run(withdraw_payout, WithdrawPayout(FINANCE_ACTOR, ID, TOMORROW))
    await office.run(withdraw_payout, WithdrawPayout(FINANCE_ACTOR, ID, TOMORROW))
    assert await office.waiting(CAUSE, ID) == EARNED


async def test_what_finance_doubts_waits() -> None:
    office = await Office().opened()
    hold = HoldEarning(FINANCE_ACTOR, earning_id(CAUSE), WhyHeld.QUALITY, NOON)
    await office.run(hold_earning, hold)
    with pytest.raises(NotPayable):
        await office.batch()
    await office.run(hold_earning, replace(hold, why=None))
    await office.batch()


async def test_a_reserve_is_kept_by_the_tenants_rules_and_given_back_by_an_administrator() -> None:
    office = Office()
    with pytest.raises(NotAllowed):
        await office.run(decide_earning_rules, DecideEarningRules(DESK_ACTOR, RULES, NOON, NOON))
    await office.run(decide_earning_rules, DecideEarningRules(ADMIN, RULES, NOON, NOON))
    assert await earning_rules_of(Work(office.aggregates, context_of(ADMIN, "look")), NOON) == RULES
    await office.opened()
    await office.batch()
    assert office.log.books.balance(ledger.reserve_of(PROVIDER)) == -15_045
    assert (await office.the(Payout, ID)).amount_minor == EARNED - 15_045
    await office.run(free_reserve, FreeReserve(ADMIN, PROVIDER, Money(15_045, "INR"), TOMORROW))
    assert office.log.books.balance(ledger.reserve_of(PROVIDER)) == 0
    assert office.log.events[-1].topic == "earning.accrued"
