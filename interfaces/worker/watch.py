"""Which numbers does the worker tell?"""

from __future__ import annotations

from prometheus_client import Counter, Gauge

from infra.telemetry.metrics import REGISTRY

# 10 min: the gateway's own marks of "nobody knows" are shorter; longer is a case for somebody.
ALARM_AFTER_S = 600.0

leading = Gauge("vehicaid_worker_leading", "1 while this process carries out, 0 while it stands by.", registry=REGISTRY)
alone = Gauge(
    "vehicaid_worker_alone", "1 while the leader does everything itself: no Redis takes messages.", registry=REGISTRY
)
intents_open = Gauge("vehicaid_intents_open", "Intents that have not come out.", registry=REGISTRY)
oldest_intent_s = Gauge("vehicaid_oldest_intent_seconds", "Age of the oldest of them.", registry=REGISTRY)
intent_alarm = Gauge("vehicaid_intent_alarm", "1 when one has not come out for ten minutes.", registry=REGISTRY)
carried_out = Counter("vehicaid_intents_carried_out", "Errands that were run.", ["kind", "how"], registry=REGISTRY)
put_off = Counter("vehicaid_errands_put_off", "Errands that come again, by why.", ["why"], registry=REGISTRY)


def standing(count: int, oldest_s: float) -> None:
    """How many have not come out, and since when."""
    intents_open.set(count)
    oldest_intent_s.set(oldest_s)
    intent_alarm.set(1 if oldest_s > ALARM_AFTER_S else 0)
