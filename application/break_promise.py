"""What happens when nobody was there by the time that was promised? It is noted, and a part of the price given back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid5

from application.answers import request_told
from application.guards import check_role, check_version
from application.whose_money import wallet_of
from domain import ledger
from domain.actor import DESK
from domain.promise import CREDIT_MOST_MINOR, CREDIT_PERCENT, credit_for
from domain.service_request import ServiceRequest
from domain.wallet import Wallet
from domain.wallet_terms import WhyCredited

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class Amends:
    """What a broken promise gives back: so many percent of the confirmed price, up to an amount in its minor units."""

    percent: int = CREDIT_PERCENT
    most_minor: int = CREDIT_MOST_MINOR


@dataclass(frozen=True, slots=True)
class BreakPromise:
    """The time has passed: noted by our own processes or the desk."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def break_promise(command: BreakPromise, work: Work, amends: Amends | None = None) -> Answer:
    """Break the promise, and credit the customer's wallet in the same save: once per request, however often it is said.

    The wallet is opened where there is none; one in another currency, and a job that costs nothing, get nothing.
    Raises NotAllowed, NotFound, StaleVersion or PromiseStillGood.
    """
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    check_version(request, command.expected_version)
    rule = amends or Amends()
    quote = request.quote
    agreed = quote if quote is not None and request.confirmed_quote is not None else None
    currency = agreed.currency if agreed else None
    credit_minor = credit_for(agreed.total_minor, rule.percent, rule.most_minor) if agreed else 0
    wallet = await wallet_of(work, request.customer_id) if credit_minor else None
    if wallet is not None and wallet.currency != currency:
        credit_minor = 0
    is_news = request.break_promise(credit_minor, currency if credit_minor else None, command.at)
    if is_news and credit_minor and currency is not None:
        if wallet is None:
            wallet = Wallet.open(work.context.tenant, request.customer_id, currency, command.at)
            work.add(wallet)
        transfer_id = uuid5(request.id, "promise")
        wallet.credit(transfer_id, credit_minor, WhyCredited.GOODWILL, ledger.GOODWILL, command.at)
    return request_told(request)
