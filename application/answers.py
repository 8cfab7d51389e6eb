"""What does a command tell its caller? Where the thing stands now, in plain JSON, without the position."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from application.engine import Answer
    from domain.offer import Offer
    from domain.provider import Provider
    from domain.service_request import ServiceRequest
    from domain.shift import Shift


def request_told(request: ServiceRequest) -> Answer:
    """Where a request stands; the ids are those of whoever holds the job."""
    held = request.assignment
    return {
        "id": request.id.hex,
        "version": request.version,
        "state": request.state.value,
        "attempt": request.attempt,
        "offer_id": held.offer_id.hex if held else None,
        "provider_id": held.provider_id.hex if held else None,
        "shift_id": held.shift_id.hex if held else None,
    }


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
