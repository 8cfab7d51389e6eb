"""How well was a city served? Figures of a simulation, each defined here and nowhere else."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Final

from infra.event_store.codec import decode
from interfaces.simulate.job import Outcome
from interfaces.simulate.promises import SCORED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from interfaces.simulate.job import Job
    from interfaces.simulate.play import Played
    from interfaces.simulate.truck import Truck

WITHIN_MIN: Final = (30, 45, 60)
SHARES: Final = (50, 90, 95)
Figure = float | int | str | None


def measured(played: Played, *, rejected: int = 0, repeated: int = 0) -> dict[str, Figure]:
    """All figures by name, in the order in which they are shown.

    A response is from the call to the arrival, of calls that somebody arrived at; shares are of all calls. A percentile
    is interpolated between neighbours. Utilisation is time on jobs over time on duty.
    """
    jobs, trucks = played.jobs, played.trucks
    responses = sorted(_minutes(job.call.at, job.arrived_at) for job in jobs if job.arrived_at)
    waits = sorted(_minutes(job.call.at, job.first_assigned_at) * 60 for job in jobs if job.first_assigned_at)
    ends = {outcome: sum(job.outcome is outcome for job in jobs) for outcome in Outcome}
    offers = sum(job.offers for job in jobs)
    return {
        "policy": played.script.policy.value,
        "seed": played.script.seed,
        "requests": len(jobs),
        **{outcome.value: count for outcome, count in ends.items()},
        "rejected_rows": rejected,
        "repeated_rows": repeated,
        "providers": len(trucks),
        "expired_percent": _percent(ends[Outcome.EXPIRED], len(jobs)),
        **{f"response_p{share}_min": _rounded(percentile(responses, share), 3) for share in SHARES},
        "response_mean_min": _rounded(_mean(responses), 3),
        **{
            f"arrived_within_{limit}_min_percent": _percent(sum(each <= limit for each in responses), len(jobs))
            for limit in WITHIN_MIN
        },
        **{f"assigned_after_p{share}_s": _rounded(percentile(waits, share), 1) for share in SHARES[:2]},
        "assigned_after_mean_s": _rounded(_mean(waits), 1),
        "offers": offers,
        "offers_per_job": _rounded(offers / ends[Outcome.COMPLETED], 3) if ends[Outcome.COMPLETED] else None,
        "drive_km": round(sum(job.drive_m for job in jobs) / 1000, 1),
        "drive_mean_m": _rounded(_mean([job.drive_m for job in jobs if job.arrived_at]), 0),
        "tow_km": round(sum(job.tow_m for job in jobs) / 1000, 1),
        "utilisation_percent": _utilisation(trucks, played.began_at, _last(jobs, played.ended_at)),
        **_promises(played),
        "events": len(played.events),
        "began_at": written(played.began_at),
        "ended_at": written(played.ended_at),
    }


def _promises(played: Played) -> dict[str, Figure]:
    """How many promises were scored, how many arrivals were within what was told, and how many promises were broken."""
    scored = [decode(event.topic, event.payload) for event in played.events if event.topic == SCORED]
    within = [int(str(each["within"])) for each in scored]
    broken = sum(event.topic == "service_request.promise_broken" for event in played.events)
    return {
        "promises_scored": len(within),
        **{
            f"arrived_within_p{share}_percent": _percent(sum(each <= share for each in within), len(within))
            for share in (50, 80, 95)
        },
        "promises_broken": broken,
    }


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which that share (percent) of sorted values lies, between neighbours in proportion."""
    if not values:
        return None
    place = (len(values) - 1) * share / 100
    below = floor(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)


def written(at: datetime) -> str:
    """An instant in RFC 3339, to the millisecond; finer where it is."""
    fine = "microseconds" if at.microsecond % 1000 else "milliseconds"
    return at.isoformat(timespec=fine).replace("+00:00", "Z")


def _utilisation(trucks: Sequence[Truck], began_at: datetime, ended_at: datetime) -> float | None:
    on_duty_s = sum(
        ((truck.off_duty_at or ended_at) - truck.on_duty_at).total_seconds()
        for truck in trucks
        if truck.on_duty_at is not None and (truck.off_duty_at or ended_at) > truck.on_duty_at
    )
    return _percent(sum(truck.busy_s for truck in trucks), on_duty_s) if ended_at > began_at else None


def _last(jobs: Sequence[Job], otherwise: datetime) -> datetime:
    return max((job.ended_at for job in jobs if job.ended_at), default=otherwise)


def _minutes(since: datetime, until: datetime) -> float:
    return (until - since).total_seconds() / 60


def _percent(part: float, whole: float) -> float | None:
    return round(100 * part / whole, 3) if whole else None


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
