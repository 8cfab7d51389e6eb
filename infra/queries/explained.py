"""What is there to say of every decision about a request, for an operator at a terminal?"""

from dataclasses import dataclass
from uuid import UUID

from application.dispatch.reconsidered import Against
from domain.decision import Decision
from domain.refusal import NotFound
from infra.database_url import app_dsn
from infra.queries.decisions import DecisionQueries
from infra.queries.pool import reader_pool
from infra.settings import Settings
from projections.decisions import DecisionRow

# A request is asked for a few dozen times at most; whoever wants more reads the log.
MOST_DECISIONS = 200


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision; ``own`` are the shifts of the provider that was asked about."""

    row: DecisionRow
    decision: Decision
    own: list[Against] | None


async def explained(settings: Settings, request_id: UUID, provider_id: UUID | None) -> list[Explained]:
    """Every decision about a request, the oldest first; raises NotFound for a request or provider nobody knows."""
    pool = reader_pool(app_dsn(settings, "vehicaid-explain"))
    await pool.open()
    try:
        queries = DecisionQueries(pool, settings)
        tenant = await queries.tenant_of("request_board", request_id)
        if tenant is None:
            raise NotFound("there is no such request")
        if provider_id is not None and await queries.tenant_of("provider_directory", provider_id) != tenant:
            raise NotFound("there is no such provider")
        rows = await queries.rows.page(tenant, {"request_id": request_id}, None, MOST_DECISIONS)
        found = []
        for row, decision in zip(rows, await queries.told(tenant, rows), strict=True):
            own = None if provider_id is None else await queries.of_provider(tenant, decision, provider_id)
            found.append(Explained(row, decision, own))
        return found[::-1]
    finally:
        await pool.close()
