"""What of their company is there for a driver? What their own crew member's shifts did, and nothing else."""

from typing import Final
from uuid import UUID

from domain.actor import Actor
from infra.queries.view import OfCrew
from interfaces.http.calls import QueryCall

NOBODY: Final = UUID(int=0)
"""Nobody's id: the crew member of a driver whose account is linked to none, who is shown empty lists."""


def own_crew(actor: Actor) -> UUID | None:
    """The only crew member whose things are shown; None for all of those that the actor reaches otherwise."""
    return (actor.crew_id or NOBODY) if actor.is_driver else None


async def own_shifts(call: QueryCall, min_position: int | None) -> OfCrew | None:
    """The only shifts whose jobs are listed, known as of that position; None as in ``own_crew``."""
    crew_id = own_crew(call.actor)
    if crew_id is None:
        return None
    await call.at_or_after(call.stack.crew_shifts.name, min_position)
    return OfCrew(crew_id)


async def works_on(
    call: QueryCall, provider_id: UUID | None, shift_id: UUID | None, min_position: int | None = None
) -> bool:
    """Whether a job of that provider's shift is there for the caller: for its office, and the shift's own driver."""
    actor = call.actor
    if not actor.is_driver:
        return actor.is_provider(provider_id)
    if shift_id is None or actor.crew_id is None or not actor.works_for(provider_id):
        return False
    await call.at_or_after(call.stack.crew_shifts.name, min_position)
    row = await call.stack.crew_shifts.one(call.tenant, shift_id)
    return row is not None and actor.works_as(row.provider_id, row.crew_id)
