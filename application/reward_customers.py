"""How is a customer rewarded for bringing another, or for reaching a tier? With grants that nobody can farm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from application.answers import wallet_told
from application.grant_promo import granted_to
from application.guards import check_role
from application.whose_money import wallet_of
from domain.actor import DESK, Role
from domain.loyalty import own_money, reached, tier_grant
from domain.referral import NotReferable, Referral, referral_id
from domain.refusal import NotFound
from domain.wallet import Wallet
from domain.wallet_promo_terms import TooManyRewards, WhyGranted
from domain.wallet_terms import wallet_id

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.money import Money

REWARD_LASTS: Final = timedelta(days=180)
"""A reward can be spent for half a year: breakdowns are rare."""
GIFT_LASTS: Final = timedelta(days=365)
"""What a tier gives can be spent until its year is over."""


@dataclass(frozen=True, slots=True)
class Refer:
    """A new customer says who told of us."""

    actor: Actor
    referrer_id: UUID
    referred_id: UUID
    at: datetime


async def refer(command: Refer, work: Work) -> Answer:
    """Note who brought the customer; the same again is no news, and another bringer is refused.

    Who had a job already was not brought. Raises NotAllowed or NotReferable.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    if command.actor.role is Role.CUSTOMER and not command.actor.is_customer(command.referred_id):
        raise NotFound
    known = await _referral(work, command.referred_id)
    if known is not None:
        if known.referrer_id != command.referrer_id:
            raise NotReferable
        return {"id": known.id.hex, "version": known.version}
    wallet = await wallet_of(work, command.referred_id)
    if wallet is not None and wallet.spent:
        raise NotReferable
    back = await _referral(work, command.referrer_id)
    made = Referral.make(work.context.tenant, command.referrer_id, command.referred_id, command.at, back)
    work.add(made)
    return {"id": made.id.hex, "version": made.version}


@dataclass(frozen=True, slots=True)
class RewardReferral:
    """A job of a customer who was brought is paid."""

    actor: Actor
    referred_id: UUID
    request_id: UUID
    reward: Money
    at: datetime


async def reward_referral(command: RewardReferral, work: Work) -> Answer:
    """Give both what they were promised, in one save; once. Who had too many rewards this year gets none.

    Raises NotAllowed, NotFound, NotEarned, CurrencyMismatch or BadAmount.
    """
    check_role(work, command.actor, *DESK)
    referral = await work.get(Referral, referral_id(work.context.tenant, command.referred_id))
    wallet = await work.get(Wallet, wallet_id(work.context.tenant, command.referred_id))
    own = own_money([each for each in wallet.spent if each.request_id == command.request_id])
    if referral.earn(command.request_id, own, command.at):
        until = command.at + REWARD_LASTS
        for customer_id in (referral.referred_id, referral.referrer_id):
            given = await granted_to(work, customer_id, command.reward.currency, command.at)
            why = WhyGranted.REFERRAL if customer_id == referral.referrer_id else WhyGranted.CAMPAIGN
            try:
                given.grant(referral.grant_for(customer_id), command.reward.amount_minor, why, until, command.at)
            except TooManyRewards:
                continue
    return wallet_told(wallet)


@dataclass(frozen=True, slots=True)
class RewardTier:
    """A customer may have reached a tier."""

    actor: Actor
    customer_id: UUID
    at: datetime


async def reward_tier(command: RewardTier, work: Work) -> Answer:
    """Give what the customer's tier gives in a year, if it was not given yet. Raises NotAllowed or NotFound."""
    check_role(work, command.actor, *DESK)
    wallet = await work.get(Wallet, wallet_id(work.context.tenant, command.customer_id))
    terms = reached(own_money(wallet.spent))
    if terms.gift_minor:
        grant_id = tier_grant(command.customer_id, terms.tier, command.at.year)
        wallet.grant(grant_id, terms.gift_minor, WhyGranted.TIER, command.at + GIFT_LASTS, command.at)
    return wallet_told(wallet)


async def _referral(work: Work, referred_id: UUID) -> Referral | None:
    return await work.find(Referral, referral_id(work.context.tenant, referred_id))
