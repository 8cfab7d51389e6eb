"""What is there for a partner? The requests that it ordered or bears, its own account and prices, and nothing else."""

from uuid import UUID

from domain.actor import Actor
from infra.queries.view import OfPartner
from interfaces.http.calls import QueryCall


async def own_requests(call: QueryCall, min_position: int | None) -> OfPartner | None:
    """The only requests that are listed, known as of that position; None for whoever is no partner."""
    if call.actor.partner_id is None:
        return None
    await call.at_or_after(call.stack.partner_requests.name, min_position)
    return OfPartner(call.actor.partner_id)


async def bears(call: QueryCall, request_id: UUID, min_position: int | None) -> bool:
    """Whether the caller speaks for the partner that ordered or bears that request."""
    if call.actor.partner_id is None:
        return False
    await call.at_or_after(call.stack.partner_requests.name, min_position)
    row = await call.stack.partner_requests.one(call.tenant, request_id)
    return row is not None and call.actor.is_partner(row.partner_id)


def sees_account(actor: Actor, partner_id: UUID | None) -> bool:
    """Whether somebody is shown that partner's account and prices; every partner's where none is named."""
    return actor.sees_books or actor.is_partner(partner_id)
