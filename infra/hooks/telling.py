"""What does a webhook say, and by which public name? CloudEvents 1.0 in JSON, with ids and codes and nobody's data.

The names are a promise of their own: a topic of the log may come to be told otherwise, its public name stays.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.ids import Prefix, show

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"
COVER_TOPICS: Final = ("partner_cover.named", "partner_cover.changed")

PUBLIC_NAMES: Final = {
    "service_request.requested": "vehicaid.service_request.requested.v1",
    "service_request.scheduled": "vehicaid.service_request.scheduled.v1",
    "service_request.confirmed": "vehicaid.service_request.confirmed.v1",
    "service_request.assigned": "vehicaid.service_request.assigned.v1",
    "service_request.assignment_revoked": "vehicaid.service_request.assignment_revoked.v1",
    "service_request.en_route_started": "vehicaid.service_request.on_the_way.v1",
    "service_request.arrived_on_scene": "vehicaid.service_request.arrived.v1",
    "service_request.service_started": "vehicaid.service_request.work_started.v1",
    "service_request.vehicle_loaded": "vehicaid.service_request.vehicle_loaded.v1",
    "service_request.vehicle_delivered": "vehicaid.service_request.vehicle_delivered.v1",
    "service_request.completed": "vehicaid.service_request.completed.v1",
    "service_request.cancelled": "vehicaid.service_request.cancelled.v1",
    "service_request.unfulfilled": "vehicaid.service_request.unfulfilled.v1",
    "service_request.unsuccessful": "vehicaid.service_request.unsuccessful.v1",
    "service_request.expired": "vehicaid.service_request.expired.v1",
    "partner_cover.named": "vehicaid.service_request.covered.v1",
    "partner_cover.changed": "vehicaid.service_request.covered.v1",
}
PING: Final = "vehicaid.ping.v1"
"""Sent on demand and told of nothing; nobody subscribes to it."""
EVERY_NAME: Final = frozenset(PUBLIC_NAMES.values())


@dataclass(frozen=True, slots=True)
class Told:
    """One fact of the log, as far as a partner may hear of it."""

    position: int
    tenant: str
    topic: str
    request_id: UUID
    partner_id: UUID | None
    occurred_at: datetime

    @property
    def name(self) -> str:
        """Its public name."""
        return PUBLIC_NAMES[self.topic]


def message_id(position: int, endpoint_id: UUID) -> str:
    """The same for every try and every replay: whoever takes it can tell what it has already."""
    return f"evt_{position}_{endpoint_id.hex}"


def ping_event(tenant: str, endpoint_id: UUID, ping_id: UUID, at: datetime) -> tuple[str, bytes]:
    """The id and the body of one ping."""
    hook, its_id = show(Prefix.HOOK, endpoint_id), f"png_{ping_id.hex}"
    return its_id, _said(its_id, tenant, PING, hook, at, {"webhook_endpoint_id": hook})


def cloud_event(told: Told, endpoint_id: UUID) -> bytes:
    """The body of one webhook; the same fact always gives the same bytes."""
    request = show(Prefix.REQUEST, told.request_id)
    about: dict[str, object] = {"service_request_id": request, "position": told.position}
    if told.partner_id is not None:
        about["partner_id"] = show(Prefix.PARTNER, told.partner_id)
    return _said(message_id(told.position, endpoint_id), told.tenant, told.name, request, told.occurred_at, about)


def _said(its_id: str, tenant: str, name: str, subject: str, at: datetime, about: dict[str, object]) -> bytes:
    said = {
        "specversion": "1.0",
        "id": its_id,
        "source": f"/vehicaid/{tenant}",
        "type": name,
        "subject": subject,
        "time": at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": about,
    }
    return json.dumps(said, separators=(",", ":")).encode()
