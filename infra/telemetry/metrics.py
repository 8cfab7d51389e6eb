"""Which numbers does every process show, and where are they read?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

if TYPE_CHECKING:
    from collections.abc import Callable

# From half a flush of a good disk to the longest wait a client is given (the append's time limit).
APPEND_BUCKETS_S: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
# min_position may wait 2 s by design, so the scale goes beyond it.
REQUEST_BUCKETS_S: Final = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0)
BATCH_BUCKETS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)

REGISTRY: Final = CollectorRegistry()
"""Ours alone: what a library registers by itself does not appear unasked."""

append_seconds = Histogram(
    "vehicaid_append_seconds",
    "One append of a batch of saves, from sending it until it is durable.",
    buckets=APPEND_BUCKETS_S,
    registry=REGISTRY,
)
append_batch_size = Histogram(
    "vehicaid_append_batch_size", "Saves that left in one append.", buckets=BATCH_BUCKETS, registry=REGISTRY
)
appended_events = Counter(
    "vehicaid_appended_events", "Events this process has sent to the log and seen answered.", registry=REGISTRY
)
conflicts = Counter(
    "vehicaid_conflicts", "Saves refused because the stream had moved on (each is retried).", registry=REGISTRY
)
replayed_commands = Counter(
    "vehicaid_replayed_commands", "Commands answered from their receipt: they had been done before.", registry=REGISTRY
)
command_seconds = Histogram(
    "vehicaid_command_seconds",
    "Commands over HTTP, first byte in to last byte out, by route and status class.",
    ["route", "status"],
    buckets=REQUEST_BUCKETS_S,
    registry=REGISTRY,
)
query_seconds = Histogram(
    "vehicaid_query_seconds",
    "Queries over HTTP, first byte in to last byte out, by route and status class.",
    ["route", "status"],
    buckets=REQUEST_BUCKETS_S,
    registry=REGISTRY,
)
projection_lag_events = Gauge(
    "vehicaid_projection_lag_events",
    "Events in the log that a projection has not seen.",
    ["projection"],
    registry=REGISTRY,
)
projection_lag_seconds = Gauge(
    "vehicaid_projection_lag_seconds",
    "Age of the oldest event a projection has not seen.",
    ["projection"],
    registry=REGISTRY,
)
unsealed_events = Gauge("vehicaid_unsealed_events", "Events behind the last seal.", registry=REGISTRY)
unsealed_seconds = Gauge(
    "vehicaid_unsealed_seconds", "Age of the oldest event behind the last seal.", registry=REGISTRY
)
personal_put_seconds = Histogram(
    "vehicaid_personal_put_seconds",
    "One statement of personal records, from encrypting until it is durable.",
    buckets=APPEND_BUCKETS_S,
    registry=REGISTRY,
)
personal_batch_size = Histogram(
    "vehicaid_personal_batch_size", "Puts that left in one statement.", buckets=BATCH_BUCKETS, registry=REGISTRY
)
personal_swept = Counter(
    "vehicaid_personal_swept_records",
    "Personal records dropped because no event ever referred to them.",
    registry=REGISTRY,
)
receipts_purged = Counter(
    "vehicaid_receipts_purged", "Receipts removed because their time was over.", registry=REGISTRY
)

positions_accepted = Counter(
    "vehicaid_positions_accepted", "Positions of crews that were believed and new.", registry=REGISTRY
)
positions_late = Counter(
    "vehicaid_positions_late", "Of these, positions that came after a newer one of their shift.", registry=REGISTRY
)
positions_repeated = Counter(
    "vehicaid_positions_repeated", "Positions that had been sent before; phones repeat themselves.", registry=REGISTRY
)
positions_refused = Counter(
    "vehicaid_positions_refused", "Positions that were not believed, by code.", ["code"], registry=REGISTRY
)
position_days_dropped = Counter(
    "vehicaid_position_days_dropped", "Days of positions removed because their time was over.", registry=REGISTRY
)
redis_failures = Counter(
    "vehicaid_redis_failures", "Times that Redis did not answer and was done without.", registry=REGISTRY
)
messages_carried = Counter(
    "vehicaid_messages_carried", "Codes and links sent, by purpose.", ["purpose"], registry=REGISTRY
)
messages_not_carried = Counter(
    "vehicaid_messages_not_carried", "Codes and links that a carrier did not take, by its word.", ["code"],
    registry=REGISTRY,
)  # fmt: skip
sessions_opened = Counter("vehicaid_sessions_opened", "Sign-ins that became a session.", registry=REGISTRY)
sessions_ended = Counter("vehicaid_sessions_ended", "Sessions that were ended, by reason.", ["why"], registry=REGISTRY)
rate_limits_alone = Counter(
    "vehicaid_rate_limits_alone", "Times that Redis could not be asked: limits then count in one process.",
    registry=REGISTRY,
)  # fmt: skip
security_notes = Counter("vehicaid_security_notes", "Rows written to the security log.", registry=REGISTRY)
security_notes_lost = Counter(
    "vehicaid_security_notes_lost", "Notes that a stopping process could not write.", registry=REGISTRY
)
refreshes = Counter(
    "vehicaid_refreshes", "Refresh tokens presented, by what followed: a flood of `reused` is a theft.", ["step"],
    registry=REGISTRY,
)  # fmt: skip
sessions_heard_at = Gauge(
    "vehicaid_sessions_heard_at_seconds",
    "When this process last heard which sessions have ended, in seconds since 1970; it asks every second.",
    registry=REGISTRY,
)


def exposition() -> tuple[bytes, str]:
    """Everything as Prometheus reads it, and its content type."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST


def start_metrics_server(port: int, host: str = "127.0.0.1") -> Callable[[], None]:
    """Serve the numbers on a thread of its own; returns what stops it.

    Raises OSError when the port is taken.
    """
    server, thread = start_http_server(port, addr=host, registry=REGISTRY)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return stop
