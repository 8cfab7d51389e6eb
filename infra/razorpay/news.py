"""What does a webhook of the gateway say in our words? Whatever is missing or odd is left out; it never raises."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import UUID

from infra.razorpay import reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from application.gateway import Link, Payment, Refund
    from application.gateway_payouts import Dispute, Payout
    from infra.razorpay.wire import Entity

T = TypeVar("T")

EVENT_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class News:
    """One event: what it is called, and the payment, the refund, the payout, the dispute or the link that it tells of.

    ``operation`` is what of ours the payment's notes name; ``said_at`` is the gateway's own instant of the event.
    """

    event: str
    payment: Payment | None
    refund: Refund | None
    payout: Payout | None
    operation: UUID | None = None
    dispute: Dispute | None = None
    said_at: datetime | None = None
    link: Link | None = None


def event_id_of(header: str | None, body: bytes) -> str:
    """Under which name the gateway sends the same event again; without one, what it says names it."""
    if header is not None and EVENT_ID.fullmatch(header):
        return header
    return hashlib.sha256(body).hexdigest()


def news_of(body: bytes) -> News | None:
    """What the body says; None when it is no event at all."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not isinstance(told.get("event"), str):
        return None
    payload = told.get("payload")
    entities = payload if isinstance(payload, dict) else {}
    return News(
        told["event"],
        _read(entities, "payment", reading.payment),
        _read(entities, "refund", reading.refund),
        _read(entities, "payout", reading.payout),
        _read(entities, "payment", lambda told: UUID(str(told["notes"]["operation_id"]))),
        _read(entities, "dispute", reading.dispute),
        _instant(told.get("created_at")),
        _read(entities, "payment_link", reading.link),
    )


def _read(entities: dict[str, object], name: str, read: Callable[[Entity], T]) -> T | None:
    holder = entities.get(name)
    entity = holder.get("entity") if isinstance(holder, dict) else None
    if not isinstance(entity, dict):
        return None
    try:
        return read(entity)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None


def _instant(told: object) -> datetime | None:
    try:
        return None if told is None else reading.at(told)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
