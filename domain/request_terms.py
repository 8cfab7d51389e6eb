"""In which words do we speak of a request: its states, the reasons given, the refusals, who holds it?"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.actor import Actor
from domain.aggregate import Aggregate
from domain.catalogue import Fuel, Service, VehicleClass
from domain.refusal import Refusal


class RequestState(StrEnum):
    """How far the job is. Quote, schedule, service and fare states of the full machine go between these."""

    SEARCHING = "searching"
    ASSIGNED = "assigned"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    UNFULFILLED = "unfulfilled"


CLOSED = frozenset({RequestState.COMPLETED, RequestState.CANCELLED, RequestState.UNFULFILLED})
"""States that nothing leaves."""

UNDER_WAY = frozenset({RequestState.ASSIGNED, RequestState.EN_ROUTE, RequestState.ON_SCENE})
"""States in which exactly one provider holds the job."""


class CancelReason(StrEnum):
    """Why a request was called off: a code, since free text may name people."""

    NO_LONGER_NEEDED = "no_longer_needed"
    TOOK_TOO_LONG = "took_too_long"
    WRONG_DETAILS = "wrong_details"
    DUPLICATE = "duplicate"
    SAFETY = "safety"
    OTHER = "other"


class RevokeReason(StrEnum):
    """Why a provider lost a job it had accepted."""

    PROVIDER_CANCELLED = "provider_cancelled"
    STALLED = "stalled"
    NEED_CHANGED = "need_changed"
    BETTER_PROVIDER = "better_provider"


class ConfirmedBy(StrEnum):
    """Whose word an arrival stands on."""

    PROVIDER = "provider"
    CUSTOMER = "customer"
    DISPATCHER = "dispatcher"


class RequestClosed(Refusal):
    """This request has come to its end."""

    code = "request_closed"


class OfferStillOut(Refusal):
    """This request has an offer that is not answered yet: one at a time."""

    code = "offer_still_out"


class DeclinedBefore(Refusal):
    """This provider declined this request and is not asked again."""

    code = "declined_before"


class NotTheLiveOffer(Refusal):
    """This is not the offer that is out for the request."""

    code = "not_the_live_offer"


@dataclass(frozen=True, slots=True)
class Call:
    """What a customer says when asking for help: ids of what is personal, and what dispatch decides from."""

    customer_id: UUID
    service: Service
    vehicle_class: VehicleClass
    fuel: Fuel
    cell: str
    place_id: UUID
    contact_id: UUID


class JobEvent(Aggregate.Event):
    """Base of what happens between a request and one provider: says whose offer it is about, for read models."""

    offer_id: UUID
    provider_id: UUID
    shift_id: UUID


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who holds the job (or is asked to take it), by which offer."""

    offer_id: UUID
    provider_id: UUID
    shift_id: UUID
    attempt: int


def acts_open(
    actor: Actor, state: RequestState, customer_id: UUID, provider_id: UUID | None, *, offer_is_out: bool
) -> tuple[str, ...]:
    """Which acts are open to an actor on a request in that state; ``provider_id`` is whose job it is, if anyone's.

    Made of plain values, so that a read model's row can be asked as well as the aggregate.
    """
    acts: list[str] = []
    desk = actor.is_desk
    if desk and state is RequestState.SEARCHING and not offer_is_out:
        acts += ["offer", "give_up"]
    if desk or actor.is_provider(provider_id):
        acts += _NEXT_STEP.get(state, ())
    elif actor.is_customer(customer_id) and state is RequestState.EN_ROUTE:
        acts.append("confirm_arrival")
    if (desk or actor.is_customer(customer_id)) and state not in CLOSED:
        acts.append("cancel")
    return tuple(acts)


_NEXT_STEP = {
    RequestState.ASSIGNED: ("report_en_route",),
    RequestState.EN_ROUTE: ("confirm_arrival",),
    RequestState.ON_SCENE: ("complete",),
}
