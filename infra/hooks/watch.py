"""Which numbers tell how webhooks go out? Sums over all places: no tenant, no address, no partner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from prometheus_client import Counter, Gauge

from infra.event_store.log import borrowed
from infra.telemetry.metrics import REGISTRY

if TYPE_CHECKING:
    from datetime import datetime

    from infra.queries.pool import Pool

STATES: Final = ("waiting", "taken", "dead")
PLACES: Final = ("on", "off", "failed")
# 5 min: a worker takes what is due within a second; so long nobody does, or partners hold all of them up.
ALARM_AFTER_S: Final = 300.0

# The dead and the taken are counted along: of a month, and asked for once in a quarter of a minute.
COUNTS: Final = "SELECT state, count(*) FROM hook_messages GROUP BY state"
PLACED: Final = "SELECT state, count(*) FROM hook_endpoints GROUP BY state"
OLDEST: Final = """
SELECT coalesce(extract(epoch FROM %(at)s - min(m.made_at))::float8, 0),
       coalesce(extract(epoch FROM %(at)s - min(m.due_at))::float8, 0)
  FROM hook_messages AS m JOIN hook_endpoints AS e ON e.tenant = m.tenant AND e.endpoint_id = m.endpoint_id
 WHERE m.state = 'waiting' AND e.state = 'on'
"""

messages = Gauge("vehicaid_hook_messages", "Webhooks, by state.", ["state"], registry=REGISTRY)
endpoints = Gauge("vehicaid_hook_endpoints", "Places that webhooks go to, by state.", ["state"], registry=REGISTRY)
oldest_s = Gauge(
    "vehicaid_hook_oldest_waiting_seconds", "Age of the oldest webhook that waits for a place that is on.",
    registry=REGISTRY,
)  # fmt: skip
late_s = Gauge("vehicaid_hook_late_seconds", "How long the longest due webhook has been due.", registry=REGISTRY)
alarm = Gauge("vehicaid_hook_alarm", "1 when one has been due for five minutes.", registry=REGISTRY)
deliveries = Counter(
    "vehicaid_hook_deliveries", "Webhooks handed over, by what became of it: taken, again, dead.", ["outcome"],
    registry=REGISTRY,
)  # fmt: skip


async def look(pool: Pool, at: datetime) -> None:
    """Count them as they stand. Raises LogUnavailable."""
    async with borrowed(pool) as connection:
        counts = dict(cast("list[tuple[str, int]]", await (await connection.execute(COUNTS)).fetchall()))
        placed = dict(cast("list[tuple[str, int]]", await (await connection.execute(PLACED)).fetchall()))
        row = await (await connection.execute(OLDEST, {"at": at})).fetchone()
    for state in STATES:
        messages.labels(state).set(counts.get(state, 0))
    for state in PLACES:
        endpoints.labels(state).set(placed.get(state, 0))
    age_s, due_s = cast("tuple[float, float]", row)
    oldest_s.set(max(age_s, 0.0))
    late_s.set(max(due_s, 0.0))
    alarm.set(1 if due_s > ALARM_AFTER_S else 0)
