"""How does a customer give the crew something on top, from the wallet or by an order, and how does it go back?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid5

from application.accruing import accrue
from application.guards import check_role, hidden
from application.whose_money import wallet_for, wallet_of
from domain import ledger
from domain.actor import DESK, MONEY_DESK, Role
from domain.payment_terms import payment_id
from domain.refusal import OutOfTurn, Refusal
from domain.request_terms import RequestState
from domain.service_request import ServiceRequest
from domain.tip import GIVEN_WITHIN, AlreadyTipped, BadTip, NothingTipped, Tip, TooLateToTip, check_tip, tip_id
from domain.wallet_terms import InsufficientFunds, WhyCredited, WhyDebited

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.money import Money
    from domain.wallet import Wallet


@dataclass(frozen=True, slots=True)
class GiveTip:
    """From the wallet, at once; through the gateway it is an order of purpose ``tip``."""

    actor: Actor
    request_id: UUID
    money: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class TakeTipBack:
    """The desk gives it back to the customer, beside what it does about the job."""

    actor: Actor
    request_id: UUID
    at: datetime


async def give_tip(command: GiveTip, work: Work) -> Answer:
    """Take it from the wallet and let the provider have all of it; the same again is no news.

    Raises NotAllowed, NotFound, OutOfTurn, TooLateToTip, BadTip, AlreadyTipped, WalletFrozen or InsufficientFunds.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    if not (command.actor.is_desk or command.actor.is_customer(request.customer_id)):
        raise hidden("ServiceRequest", request.id)
    money, at = command.money, command.at
    await check_tippable(work, request, money, at)
    wallet = await wallet_of(work, request.customer_id)
    if wallet is None:
        raise InsufficientFunds("there is no wallet yet", available_minor=0, currency=money.currency)
    return tip_told(await _hand_over(work, request, wallet, money, at))


async def check_tippable(work: Work, request: ServiceRequest, money: Money, at: datetime) -> None:
    """Whether this job can be tipped so; raises OutOfTurn, TooLateToTip, BadTip or AlreadyTipped."""
    if request.state is not RequestState.COMPLETED or request.assignment is None or request.quote is None:
        raise OutOfTurn("only a job that was done and paid can be tipped", state=request.state.value, act="tip")
    if at > request.modified_on + GIVEN_WITHIN:
        raise TooLateToTip
    check_tip(money.amount_minor)
    if money.currency != request.quote.currency:
        raise BadTip(f"the job was in {request.quote.currency}")
    if await work.find(Tip, tip_id(request.id)) is not None:
        raise AlreadyTipped


async def tip_by_order(work: Work, request_id: UUID, wallet: Wallet, money: Money, at: datetime) -> None:
    """What an order brought into the wallet is the tip; where it cannot be given, the customer has it there."""
    request = await work.get(ServiceRequest, request_id)
    if await work.find(Tip, tip_id(request_id)) is not None or request.assignment is None:
        return
    try:
        await _hand_over(work, request, wallet, money, at)
    except Refusal:
        return  # frozen, say: the money is the customer's


async def take_tip_back(command: TakeTipBack, work: Work) -> Answer:
    """Put it into the customer's wallet and owe the provider so much less; twice is no news.

    Raises NotAllowed, NotFound, NothingTipped or TipDisputed.
    """
    check_role(work, command.actor, *MONEY_DESK)
    request = await work.get(ServiceRequest, command.request_id)
    tip = await work.find(Tip, tip_id(request.id))
    if tip is None:
        raise NothingTipped
    if tip.take_back(command.at):
        back = uuid5(tip.id, "back")
        wallet = await wallet_for(work, tip.customer_id, tip.currency, command.at)
        wallet.credit(back, tip.amount_minor, WhyCredited.REFUND, ledger.advance_for(request.id), command.at)
        await accrue(work, tip.provider_id, back, -tip.amount_minor, tip.currency, command.at)
    return tip_told(tip)


def tip_told(tip: Tip) -> Answer:
    """What was given, and whether it went back."""
    return {
        "id": tip.id.hex,
        "version": tip.version,
        "request_id": tip.request_id.hex,
        "customer_id": tip.customer_id.hex,
        "provider_id": tip.provider_id.hex,
        "amount_minor": tip.amount_minor,
        "currency": tip.currency,
        "is_returned": tip.is_returned,
    }


async def _hand_over(work: Work, request: ServiceRequest, wallet: Wallet, money: Money, at: datetime) -> Tip:
    """Wallet, tip and earning in one save."""
    held = request.assignment
    if held is None:
        raise OutOfTurn("nobody did this job", act="tip")
    wallet.debit(uuid5(request.id, "tip"), request.id, money.amount_minor, WhyDebited.TIP, at)
    people = (request.customer_id, held.provider_id)
    tip = Tip.give(request.id, payment_id(request.id), people, money.amount_minor, money.currency, at)
    work.add(tip)
    await accrue(work, held.provider_id, tip.id, tip.amount_minor, tip.currency, at)
    return tip
