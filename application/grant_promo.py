"""How is a customer given something to spend with us, and what was not spent in time taken back?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import wallet_told
from application.guards import check_role
from application.whose_money import wallet_for
from domain.actor import DESK, Role
from domain.money import CurrencyMismatch
from domain.wallet import Wallet
from domain.wallet_promo_terms import WhyGranted
from domain.wallet_terms import wallet_id

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.money import Money


@dataclass(frozen=True, slots=True)
class GrantPromo:
    """The desk gives a customer money to spend with us, which is never paid out."""

    actor: Actor
    customer_id: UUID
    grant_id: UUID
    money: Money
    why: WhyGranted
    expires_at: datetime | None
    at: datetime


async def grant_promo(command: GrantPromo, work: Work) -> Answer:
    """Put the grant into the wallet, which is opened by it if there is none yet; the same grant twice is no news.

    Raises NotAllowed, CurrencyMismatch, BadAmount, BadExpiry, TooManyGrants or TooManyRewards.
    """
    check_role(work, command.actor, *DESK)
    wallet = await granted_to(work, command.customer_id, command.money.currency, command.at)
    wallet.grant(command.grant_id, command.money.amount_minor, command.why, command.expires_at, command.at)
    return wallet_told(wallet)


@dataclass(frozen=True, slots=True)
class ExpirePromos:
    """The time of a customer's grants may be over."""

    actor: Actor
    customer_id: UUID
    at: datetime


async def expire_promos(command: ExpirePromos, work: Work) -> Answer:
    """Let every grant whose time is over be gone; those that a job keeps wait for it. Raises NotAllowed or NotFound."""
    check_role(work, command.actor, Role.SYSTEM, *DESK)
    wallet = await work.get(Wallet, wallet_id(work.context.tenant, command.customer_id))
    wallet.expire_promos(command.at)
    return wallet_told(wallet)


async def granted_to(work: Work, customer_id: UUID, currency: str, at: datetime) -> Wallet:
    """The wallet that a grant goes to, which is opened for it if need be; raises CurrencyMismatch."""
    wallet = await wallet_for(work, customer_id, currency, at)
    if wallet.currency != currency:
        raise CurrencyMismatch(f"the wallet is in {wallet.currency}", currency=currency, wanted=wallet.currency)
    return wallet
