"""Which numbers tell how the read models fare?"""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from infra.telemetry.metrics import REGISTRY, projection_lag_events, projection_lag_seconds

# From one event to the largest catch-up batch.
BATCH_BUCKETS: Final = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000)

lag_events = projection_lag_events
lag_seconds = projection_lag_seconds

batch_events = Histogram(
    "vehicaid_projection_batch_events",
    "Events that a projection stored in one transaction.",
    ["projection"],
    buckets=BATCH_BUCKETS,
    registry=REGISTRY,
)
parked_streams = Gauge(
    "vehicaid_projection_parked_streams",
    "Streams a projection could not go on with.",
    ["projection"],
    registry=REGISTRY,
)
leading = Gauge(
    "vehicaid_projection_leading",
    "1 while this process moves the projection, 0 while it stands by.",
    ["projection"],
    registry=REGISTRY,
)
log_skips = Counter(
    "vehicaid_log_skips",
    "Times a projection met a position that does not follow the one before, and stopped.",
    ["projection"],
    registry=REGISTRY,
)
restarts = Counter(
    "vehicaid_projection_restarts",
    "Times a projection lost its connection or failed, and began again.",
    ["projection"],
    registry=REGISTRY,
)
