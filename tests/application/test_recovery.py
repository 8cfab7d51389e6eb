"""A dispute was lost by the provider's fault: does it bear that, once, and never more than it earns?"""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid5

import pytest

from application.hold_earning import HoldEarning, hold_earning
from application.recover_loss import RecoverLoss, recover_loss
from domain import ledger
from domain.dispute_terms import AlreadyPassedOn, MoreThanLost, NobodyAtFault, NothingLost
from domain.earning import Earning
from domain.earnings_terms import NothingToPay, WhyHeld, earning_id
from domain.money import CurrencyMismatch, Money
from domain.payout import Payout
from domain.refusal import NotAllowed
from tests.application.losing import EARNED, PAYABLE, RESERVE, Losses
from tests.support.paid import TOTAL
from tests.support.roadside import DESK_ACTOR, FINANCE_ACTOR, THE_PROVIDER

pytestmark = pytest.mark.anyio


async def a_loss(**rules: int) -> Losses:
    """One job, which its customer's bank took back."""
    losses = await Losses().begun(**rules)
    await losses.job()
    await losses.says(0, "open")
    await losses.says(0, "lost", TOTAL)
    return losses


async def test_what_is_kept_back_bears_it_first_and_what_is_earned_the_rest() -> None:
    losses = await a_loss(reserve_bp=1_000, reserve_most_minor=500_000)
    assert (await losses.the(Earning, losses.earning(0))).held is WhyHeld.DISPUTED
    kept = (await losses.reserve()).amount_minor
    assert kept > 0
    told = await losses.pass_on(0, TOTAL)
    assert (told["from_reserve_minor"], told["owed_minor"]) == (kept, TOTAL - kept)
    assert (losses.on(ledger.CHARGEBACK), losses.on(RESERVE)) == (0, 0)
    earning = await losses.the(Earning, losses.earning(0))
    assert earning.held is None, "it bears the loss, and is paid for the job"
    assert -losses.on(PAYABLE) == await losses.waiting() + (await losses.the(Payout, losses.payouts[0])).amount_minor


async def test_no_payout_overlooks_it_whatever_was_proposed_and_none_is_less_than_nothing() -> None:
    losses = await a_loss()
    await losses.pass_on(0, TOTAL)
    with pytest.raises(NothingToPay):
        await losses.pay(losses.earning(0))
    later = await losses.job()
    payout = await losses.the(Payout, await losses.pay(losses.earning(0), losses.earning(later)))
    assert payout.amount_minor == 2 * EARNED - TOTAL
    assert (await losses.reserve()).owed == {}
    await losses.refuse(payout.id)
    again = await losses.the(Payout, await losses.pay(earning_id(payout.id)))
    assert again.amount_minor == payout.amount_minor, "it was taken once"


async def test_what_the_bank_gives_back_the_provider_has_again() -> None:
    losses = await a_loss(reserve_bp=1_000, reserve_most_minor=500_000)
    kept = (await losses.reserve()).amount_minor
    before = await losses.waiting()
    await losses.pass_on(0, TOTAL)
    for _ in range(2):
        await losses.says(0, "won")
    assert (await losses.reserve()).amount_minor == kept
    assert await losses.waiting() == before
    assert losses.on(ledger.CHARGEBACK) == 0
    # What was earned less for it was never set off: it meets what is earned again, also when only that is proposed.
    recovery = next(iter((await losses.reserve()).owed))
    assert (await losses.the(Earning, earning_id(recovery))).amount_minor == kept - TOTAL
    with pytest.raises(NothingToPay):
        await losses.pay(losses.earning(0))
    payout = await losses.the(Payout, await losses.pay(losses.earning(0), earning_id(uuid5(recovery, "back"))))
    assert payout.amount_minor == EARNED - EARNED // 10
    assert (await losses.reserve()).owed == {}


async def test_a_loss_that_becomes_less_is_decided_anew() -> None:
    losses = await a_loss()
    await losses.pass_on(0, TOTAL)
    await losses.says(0, "lost", 5_000)
    assert losses.on(ledger.CHARGEBACK) == 5_000
    told = await losses.pass_on(0, 5_000)
    assert told["owed_minor"] == 5_000
    assert losses.on(ledger.CHARGEBACK) == 0
    assert await losses.waiting() == EARNED - 5_000


async def test_the_same_again_is_no_news_and_another_part_is_refused() -> None:
    losses = await a_loss()
    first = await losses.pass_on(0, 7_000)
    events = len(losses.log.events)
    assert await losses.pass_on(0, 7_000) == first
    assert len(losses.log.events) == events
    with pytest.raises(AlreadyPassedOn):
        await losses.pass_on(0, 6_000)


async def test_only_finance_decides_and_only_about_what_was_lost_to_a_provider() -> None:
    losses = await a_loss()
    command = RecoverLoss(FINANCE_ACTOR, losses.dispute(0), Money(TOTAL, "INR"), losses.at)
    for actor in (DESK_ACTOR, THE_PROVIDER):
        with pytest.raises(NotAllowed):
            await losses.run(recover_loss, replace(command, actor=actor))
    with pytest.raises(MoreThanLost):
        await losses.pass_on(0, TOTAL + 1)
    with pytest.raises(CurrencyMismatch):
        await losses.run(recover_loss, replace(command, money=Money(TOTAL, "USD")))
    await losses.job()
    await losses.says(1, "open")
    with pytest.raises(NothingLost):
        await losses.pass_on(1, 1)
    assert NobodyAtFault.code == "nobody_at_fault"


async def test_what_finance_holds_of_it_waits() -> None:
    losses = await a_loss()
    await losses.pass_on(0, TOTAL)
    (recovery,) = (await losses.reserve()).owed
    await losses.run(hold_earning, HoldEarning(FINANCE_ACTOR, earning_id(recovery), WhyHeld.QUALITY, losses.at))
    payout = await losses.the(Payout, await losses.pay(losses.earning(0)))
    assert payout.amount_minor == EARNED
    assert (await losses.reserve()).owed == {recovery: TOTAL}
