"""What does a command tell its caller? Where the thing stands now, in plain JSON, without the position."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from application.engine import Answer
    from domain.offer import Offer
    from domain.payment import Payment
    from domain.price_terms import PriceLine
    from domain.provider import Provider
    from domain.request_fare import Fare
    from domain.request_terms import Quote
    from domain.service_request import ServiceRequest
    from domain.shift import Shift
    from domain.wallet import Wallet


def request_told(request: ServiceRequest) -> Answer:
    """Where a request stands; the ids are those of whoever holds the job, amounts are in the currency beside them."""
    held, quote, fare, settlement = request.assignment, request.quote, request.fare, request.settlement
    return {
        "id": request.id.hex,
        "version": request.version,
        "state": request.state.value,
        "attempt": request.attempt,
        "offer_id": held.offer_id.hex if held else None,
        "provider_id": held.provider_id.hex if held else None,
        "shift_id": held.shift_id.hex if held else None,
        "sos": request.sos,
        "quote": quote_told(quote) if quote else None,
        "payment_method": request.payment_method.value if request.confirmed_quote else None,
        "fare": fare_told(fare, needs_approval=request.fare_needs_approval) if fare else None,
        "outcome": settlement.outcome.value if settlement else None,
        "settled_minor": settlement.amount_minor if settlement else None,
    }


def quote_told(quote: Quote) -> Answer:
    """A price, and until when it can be confirmed."""
    return {
        "version": quote.quote_version,
        "currency": quote.currency,
        "total_minor": quote.total_minor,
        "lines": lines_told(quote.lines),
        "valid_until": quote.valid_until.isoformat().replace("+00:00", "Z"),
    }


def fare_told(fare: Fare, *, needs_approval: bool) -> Answer:
    """What the job costs as it was done, and whether somebody has to agree."""
    return {
        "version": fare.fare_version,
        "currency": fare.currency,
        "total_minor": fare.total_minor,
        "lines": lines_told(fare.lines),
        "needs_approval": needs_approval,
    }


def lines_told(lines: tuple[PriceLine, ...]) -> list[Answer]:
    """The lines of a price."""
    return [{"kind": line.kind.value, "amount_minor": line.amount_minor} for line in lines]


def offer_told(offer: Offer, request: ServiceRequest) -> Answer:
    """Where an offer stands, and the version of its request, which changed with it."""
    return {
        "id": offer.id.hex,
        "version": offer.version,
        "state": offer.state.value,
        "request_id": offer.request_id.hex,
        "request_version": request.version,
        "provider_id": offer.provider_id.hex,
        "shift_id": offer.shift_id.hex,
        "attempt": offer.attempt,
        "lapses_at": offer.lapses_at.isoformat().replace("+00:00", "Z"),
        "distance_m": offer.distance_m,
    }


def provider_told(provider: Provider) -> Answer:
    """Where a provider stands."""
    return {
        "id": provider.id.hex,
        "version": provider.version,
        "state": provider.state.value,
        "crew": len(provider.crew),
        "trucks": len(provider.trucks),
        "on_duty": len(provider.on_duty),
    }


def shift_told(shift: Shift) -> Answer:
    """Where a shift stands; ``offer_id`` and ``request_id`` are what it is kept for."""
    kept_for = shift.reservation
    return {
        "id": shift.id.hex,
        "version": shift.version,
        "state": shift.state.value,
        "provider_id": shift.provider_id.hex,
        "capabilities": [capability.value for capability in shift.capabilities],
        "cell": shift.cell,
        "offer_id": kept_for.offer_id.hex if kept_for else None,
        "request_id": kept_for.request_id.hex if kept_for else None,
    }


def wallet_told(wallet: Wallet) -> Answer:
    """Where a wallet stands, in minor units of its currency."""
    return {
        "id": wallet.id.hex,
        "version": wallet.version,
        "customer_id": wallet.customer_id.hex,
        "currency": wallet.currency,
        "balance_minor": wallet.balance_minor,
        "held_minor": wallet.held_minor,
        "available_minor": wallet.available_minor,
        "frozen": wallet.frozen.value if wallet.frozen else None,
    }


def payment_told(payment: Payment) -> Answer:
    """Where a payment stands, in minor units of its currency."""
    return {
        "id": payment.id.hex,
        "version": payment.version,
        "state": payment.state.value,
        "request_id": payment.request_id.hex,
        "customer_id": payment.customer_id.hex,
        "amount_minor": payment.amount_minor,
        "paid_minor": payment.paid_minor,
        "owed_minor": payment.owed_minor,
        "currency": payment.currency,
    }
