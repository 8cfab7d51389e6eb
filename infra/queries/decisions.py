"""What was decided about a request, and what was known then? Read from the log, as of where it was decided."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from application.dispatch.board import Search
from application.dispatch.cash_stops import CashStop, with_stops
from application.dispatch.considered import Considering, SeenAt
from application.dispatch.reconsidered import Against, ByHand, against
from application.dispatch.snapshot import Plan, Snapshot, Unit
from application.travel import DriveTimes
from domain.cash_in_hand import cash_in_hand_id
from domain.decision import DecidedBy, Decision, Grounds, Inputs
from domain.earning_rules import rules_stream
from domain.geography import cell_of
from infra.dispatch.cash_stops import STOPPED, stopped_then
from infra.event_store.codec import StreamRow, decode, replay
from infra.projections.facts import Body
from infra.queries.board_then import board_then, request_then, search_of, standing_of
from infra.queries.pool import Pool
from infra.queries.view import ReadModelView
from infra.settings import Settings
from infra.travel.choice import drive_times
from projections.decisions import DecisionRow, decisions
from projections.fact import Fact
from projections.matching_table import ShiftRow, matching_table
from projections.request_board import RequestRow, request_board

# A duty lasts a day at most, and one without an end is rarely a week: whoever began before is not looked for.
LOOKS_BACK: Final = timedelta(days=7)

# Shifts that are compared while a person waits for the answer: a large city's, read in some 20 ms.
MOST_OPTIONS: Final = 5_000

_FACT: Final = "position, tenant, stream_id, version, topic, payload, actor, occurred_at"
_DECISIONS: Final = (
    "SELECT stream_id, version, topic, payload, occurred_at FROM events WHERE tenant = %s AND position = ANY(%s)"
)
_REQUEST: Final = f"SELECT {_FACT} FROM events WHERE tenant = %s AND stream_id = %s AND version <= %s ORDER BY version"  # noqa: S608
_OF_CASH: Final = (
    f"SELECT {_FACT} FROM events WHERE tenant = %s AND stream_id = ANY(%s) AND position <= %s ORDER BY position"  # noqa: S608
)
_SHIFTS: Final = f"""
SELECT {_FACT} FROM events
 WHERE tenant = %(tenant)s AND position <= %(upto)s AND stream_id IN (
       SELECT s.stream_id FROM audit_trail s
        WHERE s.tenant = %(tenant)s AND s.topic = 'shift.started' AND s.position <= %(upto)s
          AND s.occurred_at > %(since)s
          AND NOT EXISTS (SELECT FROM audit_trail e WHERE e.tenant = %(tenant)s AND e.stream_id = s.stream_id
                             AND e.topic IN ('shift.ended', 'shift.forced_off') AND e.position <= %(from)s))
 ORDER BY position"""  # noqa: S608
_PLACED: Final = """
SELECT s.shift_id, p.lat, p.lng
  FROM unnest(%(shifts)s::uuid[]) AS s (shift_id)
 CROSS JOIN LATERAL (SELECT t.lat, t.lng FROM position_track t
                      WHERE t.tenant = %(tenant)s AND t.shift_id = s.shift_id AND t.taken_at >= %(since)s
                        AND t.received_at <= %(at)s
                      ORDER BY t.taken_at DESC LIMIT 1) AS p"""
_ON_DUTY: Final = (
    f"SELECT {', '.join(matching_table.fields)} FROM matching_table WHERE tenant = %s LIMIT {MOST_OPTIONS}"  # noqa: S608
)
_REACHED: Final = "SELECT position FROM projection_positions WHERE name = 'matching_table' AND active"
_WHOSE: Final = {
    "request_board": "SELECT tenant FROM request_board WHERE request_id = %s",
    "provider_directory": "SELECT tenant FROM provider_directory WHERE provider_id = %s",
}
_PASSED_OVER: Final = (
    "SELECT provider_id FROM provider_jobs WHERE tenant = %s AND request_id = %s AND state IN ('lapsed', 'revoked')"
)


class DecisionQueries:
    """Decisions of one tenant at a time; raises psycopg's errors when the database is away."""

    name = decisions.name

    def __init__(self, pool: Pool, settings: Settings) -> None:
        self.rows: ReadModelView[DecisionRow] = ReadModelView(pool, decisions, "decided_at")
        self._board: ReadModelView[RequestRow] = ReadModelView(pool, request_board, "created_at")
        self._pool = pool
        self._settings = settings
        self._travel: DriveTimes | None = None

    async def told(self, tenant: str, rows: Sequence[DecisionRow]) -> list[Decision]:
        """The decisions behind these rows, in their order, with all that they tell."""
        found = await self._all(_DECISIONS, (tenant, [row.position for row in rows]))
        by_id = {cast("UUID", row[0]): cast("StreamRow", row[1:]) for row in found}
        return [cast("Decision", replay(row.decision_id, [by_id[row.decision_id]])) for row in rows]

    async def tenant_of(self, read_model: str, row_id: UUID) -> str | None:
        """Whose request or provider that is, for an operator; None for one that nobody knows."""
        found = await self._all(_WHOSE[read_model], (row_id,))
        return cast("str", found[0][0]) if found else None

    async def of_provider(self, tenant: str, decision: Decision, provider_id: UUID) -> list[Against]:
        """How each shift that a provider had on duty stood in a decision; nothing when nobody looked at any."""
        inputs = decision.inputs
        if inputs is None:
            return []
        request = await self._all(_REQUEST, (tenant, decision.request_id, inputs.request_version))
        asked = {
            "tenant": tenant,
            "from": inputs.shifts_from,
            "upto": inputs.shifts_upto,
            "since": inputs.looked_at - LOOKS_BACK,
        }
        shifts = await self._all(_SHIFTS, asked)
        row = request_then(_facts(request))
        if row is None:
            return []
        facts = _facts(shifts)
        placed = await self._placed(tenant, {fact.stream_id for fact in facts}, inputs.looked_at)
        search = await self._told_of_cash_then(search_of(row, inputs), provider_id, inputs)

        def look() -> list[Against]:
            then = board_then(decision, inputs, search, facts, placed)
            return against(decision, then, provider_id, self._drive_times())

        return await asyncio.to_thread(look)

    async def options(self, tenant: str, request_id: UUID, at: datetime) -> Grounds | None:
        """Whom somebody could choose for a request now; None for a request that the board does not know yet."""
        row = await self._board.one(tenant, request_id)
        if row is None:
            return None
        shifts_from = await self._reached()
        on_duty = [ShiftRow(*each) for each in await self._all(_ON_DUTY, (tenant,))]
        passed_over = await self._all(_PASSED_OVER, (tenant, request_id))
        shifts_upto = await self._reached()
        placed = await self._placed(tenant, {each.shift_id for each in on_duty}, at)
        inputs = Inputs(
            row.version, row.radius_m, tuple(cast("UUID", each[0]) for each in passed_over), at, 0, 0, "", ""
        )
        stops = [CashStop(*each) for each in await self._all(STOPPED, (at,))]
        (search,) = with_stops([search_of(row, inputs)], stops)
        standing = [standing_of(each, placed) for each in on_duty]

        def look() -> Grounds:
            free = [Unit(each.shift, at) for each in standing if each.left_out(at) is None]
            left_out = [(each.shift, why) for each in standing if (why := each.left_out(at)) is not None]
            seen = SeenAt(shifts_from, shifts_upto, left_out, knows_cash_limits=True)
            snapshot = Snapshot(at, [search], free, self._drive_times())
            return Considering(ByHand(), snapshot, Plan([]), seen, DecidedBy.PERSON).options(search)

        return await asyncio.to_thread(look)

    async def _told_of_cash_then(self, search: Search, provider_id: UUID, inputs: Inputs) -> Search:
        """The search, which knows whether that provider owed too much cash if whoever decided knew."""
        if search.cash_currency is None or not inputs.knows_cash_limits:
            return search
        upto = inputs.requests_at or inputs.shifts_upto  # what was decided by hand tells of its shifts only
        streams = [rules_stream(search.tenant), cash_in_hand_id(provider_id, search.cash_currency)]
        facts = _facts(await self._all(_OF_CASH, (search.tenant, streams, upto)))
        (told,) = with_stops([search], stopped_then(facts, inputs.looked_at))
        return told

    async def _placed(self, tenant: str, shift_ids: Iterable[UUID], at: datetime) -> dict[UUID, str]:
        """The cells of those whose position was fresh at that instant, as far as it had come in."""
        since = at - timedelta(seconds=self._settings.position_fresh_s)
        asked = {"shifts": list(shift_ids), "tenant": tenant, "since": since, "at": at}
        found = cast("list[tuple[UUID, float, float]]", await self._all(_PLACED, asked))
        return {shift_id: cell_of(lat, lng) for shift_id, lat, lng in found}

    async def _reached(self) -> int:
        found = await self._all(_REACHED, ())
        return cast("int", found[0][0]) if found else 0

    def _drive_times(self) -> DriveTimes:
        """Made when it is first asked for: a road graph takes a while to read, and few ask."""
        if self._travel is None:
            self._travel = drive_times(self._settings)
        return self._travel

    async def _all(self, query: str, asked: Sequence[object] | dict[str, object]) -> list[tuple[Any, ...]]:
        async with self._pool.connection() as connection:
            return list(await (await connection.execute(query, asked)).fetchall())


def _facts(rows: Iterable[tuple[Any, ...]]) -> list[Fact]:
    return [Fact(*cast("Body", row), decode) for row in rows]
