"""How was a stretch served: as recorded, played again under its own policy, and under another?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from interfaces.simulate.measures import measured, percentile

if TYPE_CHECKING:
    from interfaces.simulate.measures import Figure
    from interfaces.simulate.play import Played
    from interfaces.simulate.stretch import Stretch

COMPARED: Final = (
    "requests",
    "response_p50_min",
    "response_p90_min",
    "response_mean_min",
    "arrived_within_30_min_percent",
    "expired",
    "offers_per_job",
)
HALF_HOUR_MIN: Final = 30


def as_recorded(stretch: Stretch) -> dict[str, Figure]:
    """The figures of what happened, defined as those of a simulation."""
    rides = stretch.rides
    waited = sorted((ride.arrived_at - ride.at).total_seconds() / 60 for ride in rides if ride.arrived_at)
    done = sum(ride.arrived_at is not None and ride.worked_until is not None for ride in rides)
    quarters = [percentile(waited, share) for share in (50, 90)]
    return {
        "requests": len(rides),
        "response_p50_min": None if quarters[0] is None else round(quarters[0], 3),
        "response_p90_min": None if quarters[1] is None else round(quarters[1], 3),
        "response_mean_min": round(sum(waited) / len(waited), 3) if waited else None,
        "arrived_within_30_min_percent": round(100 * sum(each <= HALF_HOUR_MIN for each in waited) / len(rides), 3),
        "expired": sum(ride.gave_up_at is not None for ride in rides),
        "offers_per_job": round(sum(ride.offers for ride in rides) / done, 3) if done else None,
    }


def as_played(played: Played) -> dict[str, Figure]:
    """The same figures of a simulation."""
    figures = measured(played)
    return {name: figures[name] for name in COMPARED}
