"""Which wallet is a customer's, and which payment a job's?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.payment import Payment
from domain.payment_terms import payment_id
from domain.wallet import Wallet
from domain.wallet_terms import wallet_id

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Work


async def wallet_of(work: Work, customer_id: UUID) -> Wallet | None:
    """The customer's wallet, if it was ever opened."""
    return await work.find(Wallet, wallet_id(work.context.tenant, customer_id))


async def wallet_for(work: Work, customer_id: UUID, currency: str, at: datetime) -> Wallet:
    """The customer's wallet, opened in this currency if there is none yet."""
    wallet = await wallet_of(work, customer_id)
    if wallet is None:
        wallet = Wallet.open(work.context.tenant, customer_id, currency, at)
        work.add(wallet)
    return wallet


async def payment_of(work: Work, request_id: UUID) -> Payment | None:
    """The payment of a job, if anything is owed or was settled for it."""
    return await work.find(Payment, payment_id(request_id))
