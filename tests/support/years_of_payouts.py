"""How do providers get their money in years of business? Settlements, payouts, and payouts that come back."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from application.batch_payout import BatchPayout, batch_payout, payout_id_of
from application.gateway_payouts import Payout as ToldPayout
from application.give_payout_account import (
    CheckPayoutAccount,
    GivePayoutAccount,
    check_payout_account,
    give_payout_account,
)
from application.record_account_check import RecordAccountCheck, record_account_check
from application.record_payout import RecordPayout, record_payout
from application.record_settlement import RecordSettlement, record_settlement
from application.register_provider import RegisterProvider, register_provider
from application.request_payout import RequestPayout, operation_of, request_payout
from domain.actor import Actor
from domain.earnings_terms import earning_id
from domain.money import Money
from domain.payout import Payout
from domain.payout_account import PayoutAccount, payout_account_id
from domain.payout_batch import batch_id
from tests.support.roadside import PROFILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.years import Years

TENANT = "years"
SYSTEM = Actor.system("years", TENANT)


async def take_on(years: Years, provider_id: UUID) -> None:
    """A provider with an account that is there."""
    await years.order(register_provider, RegisterProvider(SYSTEM, provider_id, PROFILE, years.now))
    told = GivePayoutAccount(SYSTEM, provider_id, uuid5(provider_id, "record"), years.now)
    await years.order(give_payout_account, told)
    await _verify(years, provider_id)


async def settle(years: Years) -> None:
    """The gateway pays to the bank what it has."""
    amount = years.gateway_minor
    if amount > 0:
        years.gateway_minor, years.settled_minor = 0, years.settled_minor + amount
        told = RecordSettlement(SYSTEM, years.name("setl"), Money(amount, "INR"), "utr1", 1, years.now)
        await years.order(record_settlement, told)


async def pay_out(years: Years) -> None:
    """Every provider is paid what has waited; some payouts come back days after they were done."""
    for provider_id in years.providers:
        ripe = [each for at, each in years.earned[provider_id] if at <= years.now - timedelta(days=10)]
        if not ripe:
            continue
        day = years.now.date()
        payout_id = payout_id_of(batch_id(TENANT, day, "INR"), provider_id)
        told = BatchPayout(SYSTEM, provider_id, "INR", tuple(ripe), day, years.now)
        if not await years.order(batch_payout, told):
            continue
        years.earned[provider_id] = [each for each in years.earned[provider_id] if each[1] not in ripe]
        await years.order(request_payout, RequestPayout(SYSTEM, payout_id, years.now))
        payout = await years.the(Payout, payout_id)
        heard = partial(ToldPayout, f"pout_{payout_id.hex[:14]}", str(operation_of(payout_id)), "fa_1")
        years.theirs.append(str(operation_of(payout_id)))
        for status in ("processing", "processed", "processed"):
            news = heard(payout.amount_minor, "INR", status, 0, 0, "utr1", None)
            await years.order(record_payout, RecordPayout(SYSTEM, payout_id, news, years.now))
        years.paid_out_minor += payout.amount_minor
        if years.chance.random() < 0.03:
            await _comes_back(years, provider_id, payout_id, heard)


async def _comes_back(years: Years, provider_id: UUID, payout_id: UUID, heard: Callable[..., ToldPayout]) -> None:
    """The bank gives a payout back that was done: it is owed again, and the account is looked at anew."""
    payout = await years.the(Payout, payout_id)
    news = heard(payout.amount_minor, "INR", "reversed", 0, 0, "utr1", None)
    if await years.order(record_payout, RecordPayout(SYSTEM, payout_id, news, years.now)):
        years.paid_out_minor -= payout.amount_minor
        years.earned[provider_id].append((years.now, earning_id(payout_id)))
        await years.order(check_payout_account, CheckPayoutAccount(SYSTEM, provider_id, years.now))
        await _verify(years, provider_id)


async def _verify(years: Years, provider_id: UUID) -> None:
    """The bank says that the account is there."""
    account = await years.the(PayoutAccount, payout_account_id(provider_id))
    if account.operation_id is not None:
        told = partial(RecordAccountCheck, SYSTEM, account.id, account.operation_id, years.now)
        await years.order(record_account_check, told(gateway_account="fa_1", is_there=True))
