"""What does a command about payouts tell its caller?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from application.engine import Answer
    from domain.earning import Earning
    from domain.payout import Payout
    from domain.payout_account import PayoutAccount


def payout_told(payout: Payout) -> Answer:
    """Where a payout stands, in minor units of its currency."""
    return {
        "id": payout.id.hex,
        "version": payout.version,
        "state": payout.state.value,
        "provider_id": payout.provider_id.hex,
        "amount_minor": payout.amount_minor,
        "currency": payout.currency,
    }


def account_told(account: PayoutAccount) -> Answer:
    """Where a bank account stands; whose and which it is, is in the personal store."""
    return {
        "id": account.id.hex,
        "version": account.version,
        "provider_id": account.provider_id.hex,
        "is_verified": account.verified_at is not None,
        "is_asked": account.operation_id is not None,
        "held_until": account.held_until.isoformat() if account.held_until else None,
    }


def earning_told(earning: Earning) -> Answer:
    """Where an earning stands."""
    return {
        "id": earning.id.hex,
        "version": earning.version,
        "provider_id": earning.provider_id.hex,
        "amount_minor": earning.amount_minor,
        "currency": earning.currency,
        "held": earning.held.value if earning.held else None,
    }
