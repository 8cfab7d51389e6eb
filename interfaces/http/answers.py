"""How does the API say yes? One shape for commands, one for things, one for pages."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from starlette.responses import Response

from application.engine import Done
from domain.ids import Prefix, show

JSON: Final = "application/json"

PREFIXES: Final[Mapping[str, Prefix]] = {
    "request_id": Prefix.REQUEST,
    "offer_id": Prefix.OFFER,
    "live_offer_id": Prefix.OFFER,
    "provider_id": Prefix.PROVIDER,
    "shift_id": Prefix.SHIFT,
    "customer_id": Prefix.USER,
    "partner_id": Prefix.PARTNER,
    "crew_id": Prefix.CREW,
    "account_id": Prefix.USER,
    "truck_id": Prefix.TRUCK,
    "document_id": Prefix.DOCUMENT,
    "zone_id": Prefix.ZONE,
    "tariff_id": Prefix.TARIFF,
    "payment_id": Prefix.PAYMENT,
    "plan_id": Prefix.PLAN,
    "subscription_id": Prefix.SUBSCRIPTION,
    "merged_into": Prefix.REQUEST,
    "file_id": Prefix.FILE,
    "vehicle_id": Prefix.VEHICLE,
    "link_id": Prefix.LINK,
    "recovery_id": Prefix.RECOVERY,
}
"""Which prefix an id is shown with, by the name of its field."""

_encode = msgspec.json.Encoder().encode


def done(answer: Done, prefix: Prefix, *, status: int = 200, location: str = "", **more: str) -> Response:
    """The answer to a command: id, version, position and where the thing stands now."""
    told: dict[str, object] = {}
    for name, value in answer.answer.items():
        shown_as = prefix if name == "id" else PREFIXES.get(name)
        told[name] = value if shown_as is None or value is None else f"{shown_as.value}{value}"
    told["position"] = answer.position
    told.update(more)
    headers = {"VehicAid-Position": str(answer.position), "ETag": f'"{told["version"]}"'}
    if location:
        headers["Location"] = f"{location}/{told['id']}"
    if answer.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(_encode(told), status, headers=headers, media_type=JSON)


def thing(shown: Mapping[str, object]) -> Response:
    """One thing as it stands."""
    return Response(_encode(shown), 200, headers={"ETag": f'"{shown["version"]}"'}, media_type=JSON)


def plain(shown: Mapping[str, object], status: int = 200) -> Response:
    """An answer without a version."""
    return Response(_encode(shown), status, media_type=JSON)


def page(
    rows: Sequence[Mapping[str, object]],
    next_cursor: str | None,
    path: str,
    asked: Mapping[str, object],
    beside: Mapping[str, object] | None = None,
) -> Response:
    """One page of a list; the link to the next repeats what was asked. ``beside`` is told along with the rows."""
    headers = {}
    if next_cursor is not None:
        wanted = [(name, value) for name, value in asked.items() if value is not None]
        headers["Link"] = f'<{path}?{urlencode([*wanted, ("cursor", next_cursor)])}>; rel="next"'
    told = {**(beside or {}), "data": rows, "next_cursor": next_cursor}
    return Response(_encode(told), 200, headers=headers, media_type=JSON)


def shown_id(name: str, value: UUID | None) -> str | None:
    """An id as the API shows it under that field's name."""
    return None if value is None else show(PREFIXES[name], value)
