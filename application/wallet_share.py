"""How does a wallet pay its part of a job? What was given to spend before the customer's own money, at every step."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid5

from domain.price_terms import PaymentMethod
from domain.wallet_terms import Hold, WhyReleased

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from domain.payment import Payment
    from domain.wallet import Wallet
    from domain.wallet_terms import WhyDebited


def keep(
    wallet: Wallet, request_id: UUID, amount_minor: int, currency: str, expires_at: datetime, at: datetime
) -> UUID:
    """Keep so much for a job, of grants first; gives the id under which it is kept.

    The same amount again is kept already; another amount takes its place. Raises what ``Wallet.hold`` raises.
    """
    before = _kept_already(wallet, request_id, amount_minor, at)
    if before is not None:
        return before
    hold_id = uuid5(request_id, f"hold/{wallet.version}")
    promised = wallet.keep_promos(hold_id, request_id, amount_minor, currency, expires_at, at)
    if promised < amount_minor:
        wallet.hold(Hold(hold_id, request_id, amount_minor - promised, expires_at), currency, at)
    else:
        _release_own(wallet, request_id, WhyReleased.REPLACED, at)
    return hold_id


def free(wallet: Wallet, request_id: UUID, at: datetime) -> None:
    """Give free whatever is kept for a job; nothing kept is no news."""
    wallet.free_promos(request_id, WhyReleased.NOT_NEEDED, at)
    _release_own(wallet, request_id, WhyReleased.NOT_NEEDED, at)


def take(wallet: Wallet, payment: Payment, why: WhyDebited, at: datetime) -> None:
    """Take as much of what is open as the wallet gives.

    Grants come first, then what was kept of the customer's own money, then what is available and not frozen. Who pays
    in another way pays only with what was kept.
    """
    request_id = payment.request_id
    pays = payment.method is PaymentMethod.WALLET and wallet.currency == payment.currency
    if payment.open_minor > 0 and (pays or wallet.kept_promo_for(request_id) is not None):
        _paid(payment, wallet.spend_promos(payment.id, request_id, payment.open_minor, at), at)
    kept = wallet.hold_for(request_id)
    if kept is not None and payment.open_minor > 0:
        taken = min(kept.amount_minor, payment.open_minor)
        wallet.capture(kept.hold_id, taken, at)
        _paid(payment, taken, at)
    free(wallet, request_id, at)
    more = min(payment.open_minor, wallet.available_minor)
    if pays and wallet.frozen is None and more > 0:
        wallet.debit(payment.id, request_id, more, why, at)
        _paid(payment, more, at)


def _paid(payment: Payment, amount_minor: int, at: datetime) -> None:
    if amount_minor > 0:
        payment.capture(amount_minor, at)


def _kept_already(wallet: Wallet, request_id: UUID, amount_minor: int, at: datetime) -> UUID | None:
    """Under which id exactly so much is kept for a job and has not expired; None when it is not."""
    own, promised = wallet.hold_for(request_id), wallet.kept_promo_for(request_id)
    kept = [each for each in (own, promised) if each is not None and each.expires_at > at]
    whole = own is None or promised is None or own.hold_id == promised.hold_id
    return kept[0].hold_id if kept and whole and sum(each.amount_minor for each in kept) == amount_minor else None


def _release_own(wallet: Wallet, request_id: UUID, why: WhyReleased, at: datetime) -> None:
    own = wallet.hold_for(request_id)
    if own is not None:
        wallet.release(own.hold_id, why, at)
