"""May this actor order this, on this object, at this version?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.refusal import NotAllowed, NotFound, StaleVersion

if TYPE_CHECKING:
    from uuid import UUID

    from application.engine import Work
    from domain.actor import Actor, Role
    from domain.aggregate import Aggregate
    from domain.offer import Offer
    from domain.service_request import ServiceRequest
    from domain.shift import Shift


def check_role(work: Work, actor: Actor, *roles: Role) -> None:
    """Refuse an actor of another role, or of another tenant than the one whose log this is; raises NotAllowed."""
    if actor.tenant != work.context.tenant:
        raise NotAllowed("this token is of another tenant")
    if actor.role not in roles:
        raise NotAllowed(f"a {actor.role.value} may not do this", role=actor.role.value)


def check_version(aggregate: Aggregate, expected_version: int | None) -> None:
    """Refuse to act on a stale view; None means that the caller does not mind. Raises StaleVersion."""
    if expected_version is not None and aggregate.version != expected_version:
        raise StaleVersion(
            f"the version is {aggregate.version}, not {expected_version}", current_version=aggregate.version
        )


def check_sees_provider(actor: Actor, provider_id: UUID) -> None:
    """Refuse one who is neither that provider nor at the desk, without telling that it exists; raises NotFound."""
    if not (actor.is_desk or actor.is_provider(provider_id)):
        raise hidden("Provider", provider_id)


def check_sees_offer(actor: Actor, offer: Offer) -> None:
    """Refuse one whose offer this is not, without telling that it exists; raises NotFound."""
    if not (actor.is_desk or actor.is_provider(offer.provider_id)):
        raise hidden("Offer", offer.id)


def check_sees_shift(actor: Actor, shift: Shift) -> None:
    """Refuse one whose shift this is not, without telling that it exists; raises NotFound."""
    if not (actor.is_desk or actor.is_provider(shift.provider_id)):
        raise hidden("Shift", shift.id)


def check_sees_request(actor: Actor, request: ServiceRequest) -> None:
    """Refuse one whose request or job this is not, without telling that it exists; raises NotFound."""
    holder = request.assignment.provider_id if request.assignment else None
    if not (actor.is_desk or actor.is_customer(request.customer_id) or actor.is_provider(holder)):
        raise hidden("ServiceRequest", request.id)


def hidden(kind: str, stream_id: UUID) -> NotFound:
    """The same refusal, word for word, as for a thing that does not exist."""
    return NotFound(f"no {kind} {stream_id}", id=str(stream_id))
