"""Which calls ended early in a recorded log though somebody had taken them, and what would that cost under a quote?

A simulation knows customers who give up while nobody comes; who called off later, or was gone, is taken from the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from application.end_unsuccessful import fault_of
from domain.fees import cancellation_fee, gone_fee, unsuccessful_fee
from domain.price_terms import Fault
from domain.request_ending import WhyUnsuccessful
from domain.request_terms import RequestState
from infra.event_store.codec import decode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from application.log import LoggedEvent
    from domain.pricing import Priced

HELD: Final = {
    "service_request.assigned": RequestState.ASSIGNED,
    "service_request.en_route_started": RequestState.EN_ROUTE,
    "service_request.arrived_on_scene": RequestState.ON_SCENE,
}


@dataclass(frozen=True, slots=True)
class EarlyEnd:
    """How far a job was when it ended early, since when somebody held it, and who was to blame."""

    state: RequestState
    held_since: datetime
    at: datetime
    fault: Fault

    def fee_minor(self, priced: Priced) -> int:
        """What it costs under a quote: taxes included."""
        if self.state is RequestState.GONE_ON_ARRIVAL:
            return gone_fee(priced.fees, self.fault)
        if self.state is RequestState.UNSUCCESSFUL:
            return unsuccessful_fee(priced.fees, priced.total_minor, self.fault)
        return cancellation_fee(priced.fees, self.state, self.held_since, self.at, self.fault)


def early_ends_of(events: Iterable[LoggedEvent], tenant: str) -> dict[UUID, EarlyEnd]:
    """The early ends of a tenant's requests that somebody held, by request."""
    held: dict[UUID, tuple[RequestState, datetime]] = {}
    ends: dict[UUID, EarlyEnd] = {}
    for event in events:
        if event.tenant != tenant or not event.topic.startswith("service_request."):
            continue
        state = HELD.get(event.topic)
        if state is not None:
            since = held[event.stream_id][1] if event.stream_id in held else event.occurred_at
            held[event.stream_id] = state, event.occurred_at if state is RequestState.ASSIGNED else since
        elif event.topic == "service_request.assignment_revoked":
            held.pop(event.stream_id, None)
        elif event.stream_id in held and (end := _end(event, *held[event.stream_id])) is not None:
            ends[event.stream_id] = end
    return ends


def _end(event: LoggedEvent, state: RequestState, since: datetime) -> EarlyEnd | None:
    at = event.occurred_at
    if event.topic == "service_request.cancelled":
        return EarlyEnd(state, since, at, Fault(str(decode(event.topic, event.payload)["fault"])))
    if event.topic == "service_request.gone_confirmed":
        return EarlyEnd(RequestState.GONE_ON_ARRIVAL, since, at, Fault.CUSTOMER)
    if event.topic == "service_request.unsuccessful":
        reason = WhyUnsuccessful(str(decode(event.topic, event.payload)["reason"]))
        return EarlyEnd(RequestState.UNSUCCESSFUL, since, at, fault_of(reason))
    return None
