"""May this actor order this, on this object, at this version?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.actor import Role
from domain.partner_cover import PartnerCover, partner_cover_id
from domain.provider_terms import UnknownCrew
from domain.refusal import NotAllowed, NotFound, StaleVersion
from domain.shift import Shift

if TYPE_CHECKING:
    from uuid import UUID

    from application.engine import Work
    from domain.actor import Actor
    from domain.aggregate import Aggregate
    from domain.offer import Offer
    from domain.service_request import ServiceRequest


def check_role(work: Work, actor: Actor, *roles: Role) -> None:
    """Refuse an actor of another role, or of another tenant than the one whose log this is; raises NotAllowed."""
    if actor.tenant != work.context.tenant:
        raise NotAllowed("this token is of another tenant")
    if actor.role not in roles:
        raise NotAllowed(f"a {actor.role.value} may not do this", role=actor.role.value)


def on_behalf_of(actor: Actor) -> Role:
    """Whose word it is: a partner's is its member's. Who gave it stands with the event."""
    return Role.CUSTOMER if actor.role is Role.PARTNER else actor.role


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


def check_goes_out(actor: Actor, provider_id: UUID, crew_id: UUID) -> None:
    """Refuse a stranger, and a driver who would go on duty as somebody else of the crew.

    Raises NotFound, UnknownCrew as for one who does not exist, or NotAllowed as long as they are nobody of the crew.
    """
    if not (actor.is_desk or actor.works_for(provider_id)):
        raise hidden("Provider", provider_id)
    if actor.is_driver and actor.crew_id is None:
        raise NotAllowed("this account is nobody of the crew yet: the company's office links it")
    if actor.is_driver and actor.crew_id != crew_id:
        raise UnknownCrew(crew_id=str(crew_id))


async def check_sees_offer(actor: Actor, offer: Offer, work: Work) -> None:
    """Refuse one whose offer this is not, without telling that it exists; raises NotFound."""
    if not (actor.is_desk or await _works_on(actor, offer.provider_id, offer.shift_id, work)):
        raise hidden("Offer", offer.id)


def check_sees_shift(actor: Actor, shift: Shift) -> None:
    """Refuse one whose shift this is not, without telling that it exists; raises NotFound."""
    if not (actor.is_desk or actor.works_as(shift.provider_id, shift.crew_id)):
        raise hidden("Shift", shift.id)


async def check_sees_request(actor: Actor, request: ServiceRequest, work: Work) -> None:
    """Refuse one whose request or job this is not, without telling that it exists; raises NotFound."""
    if actor.is_desk or actor.is_customer(request.customer_id) or await _is_borne_by(actor, request, work):
        return
    held = request.assignment
    if held is None or not await _works_on(actor, held.provider_id, held.shift_id, work):
        raise hidden("ServiceRequest", request.id)


async def _is_borne_by(actor: Actor, request: ServiceRequest, work: Work) -> bool:
    """Whether the actor speaks for the partner that ordered or bears it."""
    if actor.partner_id is None:
        return False
    cover = await work.look(PartnerCover, partner_cover_id(request.id))
    return cover is not None and actor.is_partner(cover.partner_id)


async def _works_on(actor: Actor, provider_id: UUID, shift_id: UUID, work: Work) -> bool:
    """Whether a job of that shift is the actor's: the provider's office has all, a driver those of their own shifts."""
    if actor.is_provider(provider_id):
        return True
    if not actor.is_driver or not actor.works_for(provider_id):
        return False
    shift = await work.look(Shift, shift_id)
    return shift is not None and actor.works_as(shift.provider_id, shift.crew_id)


def hidden(kind: str, stream_id: UUID) -> NotFound:
    """The same refusal, word for word, as for a thing that does not exist."""
    return NotFound(f"no {kind} {stream_id}", id=str(stream_id))
