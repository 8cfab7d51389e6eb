"""How is a wallet kept from being spent, and let go again?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import wallet_told
from application.guards import check_role, check_version
from domain.actor import MONEY_DESK
from domain.wallet import Wallet
from domain.wallet_terms import wallet_id

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.wallet_terms import WhyFrozen


@dataclass(frozen=True, slots=True)
class FreezeWallet:
    """Let nothing be taken from a customer's wallet; without a reason: let it be taken again."""

    actor: Actor
    customer_id: UUID
    why: WhyFrozen | None
    at: datetime
    expected_version: int | None = None


async def freeze_wallet(command: FreezeWallet, work: Work) -> Answer:
    """Freeze or unfreeze the wallet; twice changes nothing. What is kept for jobs stays kept, and is still taken.

    Raises NotAllowed, NotFound or StaleVersion.
    """
    check_role(work, command.actor, *MONEY_DESK)
    wallet = await work.get(Wallet, wallet_id(work.context.tenant, command.customer_id))
    check_version(wallet, command.expected_version)
    if command.why is None:
        wallet.unfreeze(command.at)
    else:
        wallet.freeze(command.why, command.at)
    return wallet_told(wallet)
