"""How does a customer pay money in over the counter?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import wallet_told
from application.guards import check_role, check_version
from application.whose_money import wallet_for
from domain import ledger
from domain.actor import MONEY_DESK
from domain.money import CurrencyMismatch
from domain.wallet_terms import WhyCredited

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.money import Money


@dataclass(frozen=True, slots=True)
class TopUpWallet:
    """The desk was handed cash for a customer's wallet."""

    actor: Actor
    customer_id: UUID
    money: Money
    at: datetime
    expected_version: int | None = None


async def top_up_wallet(command: TopUpWallet, work: Work) -> Answer:
    """Put the cash into the wallet, which is opened by it if there is none yet.

    A frozen wallet takes it too. Raises NotAllowed, StaleVersion, CurrencyMismatch or BadAmount.
    """
    check_role(work, command.actor, *MONEY_DESK)
    money = command.money
    wallet = await wallet_for(work, command.customer_id, money.currency, command.at)
    check_version(wallet, command.expected_version)
    if wallet.currency != money.currency:
        raise CurrencyMismatch(f"the wallet is in {wallet.currency}", currency=money.currency, wanted=wallet.currency)
    transfer_id = work.context.command_id
    wallet.credit(transfer_id, money.amount_minor, WhyCredited.TOP_UP, ledger.CASH_DESK, command.at)
    return wallet_told(wallet)
