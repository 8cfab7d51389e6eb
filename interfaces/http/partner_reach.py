"""What of the requests is there for a partner? Those that it ordered or bears, and nothing else."""

from uuid import UUID

from domain.actor import Role
from infra.queries.view import OfPartner
from interfaces.http.calls import QueryCall


async def own_requests(call: QueryCall, min_position: int | None) -> OfPartner | None:
    """The only requests that are listed, known as of that position; None for whoever is no partner."""
    if call.actor.role is not Role.PARTNER or call.actor.subject_id is None:
        return None
    await call.at_or_after(call.stack.partner_requests.name, min_position)
    return OfPartner(call.actor.subject_id)


async def bears(call: QueryCall, request_id: UUID, min_position: int | None) -> bool:
    """Whether the caller speaks for the partner that ordered or bears that request."""
    if call.actor.role is not Role.PARTNER:
        return False
    await call.at_or_after(call.stack.partner_requests.name, min_position)
    row = await call.stack.partner_requests.one(call.tenant, request_id)
    return row is not None and call.actor.is_partner(row.partner_id)
