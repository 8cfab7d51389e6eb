"""Is a ping of a crew's position to be believed? Judged against the clock and against the last one that was."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.geography import points_apart_m


class Verdict(StrEnum):
    """What a ping is judged to be; the values of those that are refused are stable codes of the API."""

    NEWER = "accepted"
    LATE = "position_out_of_order"
    AGAIN = "duplicate_position"
    IN_FUTURE = "position_in_future"
    TOO_OLD = "position_too_old"
    INACCURATE = "inaccurate"
    JUMP = "implausible_jump"
    UNKNOWN_SHIFT = "unknown_shift"


BELIEVED: Final = frozenset({Verdict.NEWER, Verdict.LATE})
"""What goes into the track. One that is late fills a gap there, and never takes the place of a newer one."""

REFUSED: Final = frozenset(Verdict) - BELIEVED - {Verdict.AGAIN}
"""What is told to the caller, ping by ping. One that is sent again is only counted: phones repeat themselves."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Where a crew's phone says that it is: degrees (WGS 84), metres, metres a second, degrees from north."""

    taken_at: datetime
    lat: float
    lng: float
    accuracy_m: float
    speed_mps: float | None = None
    heading_deg: float | None = None


@dataclass(frozen=True, slots=True)
class PingLimits:
    """What is still believed."""

    clock_ahead: timedelta = timedelta(seconds=30)
    """Phones in the field run up to 7 s ahead; half a minute is a clock that somebody set by hand."""
    oldest: timedelta = timedelta(minutes=15)
    """Phones in the field send up to 5 min late out of a tunnel; after a quarter of an hour nobody is there still."""
    fastest_mps: float = 70.0
    """252 km/h: no truck is that fast, and a position that is made up usually is."""
    worst_accuracy_m: float = 2_000.0
    """One mast in open country; beyond it the ping does not even tell which part of the city."""


def judge(ping: Ping, last: Ping | None, received_at: datetime, limits: PingLimits) -> Verdict:
    """What a ping is, given the newest believed one of the same shift, and when it came in.

    One refused ping does not poison those after it: the longer ago the last believed one was, the farther away a
    crew may be.
    """
    verdict = _judge_alone(ping, received_at, limits)
    if verdict is not Verdict.NEWER or last is None:
        return verdict
    if ping.taken_at == last.taken_at:
        return Verdict.AGAIN
    if at_least_mps(last, ping) > limits.fastest_mps:
        return Verdict.JUMP
    return Verdict.NEWER if ping.taken_at > last.taken_at else Verdict.LATE


def _judge_alone(ping: Ping, received_at: datetime, limits: PingLimits) -> Verdict:
    if ping.taken_at > received_at + limits.clock_ahead:
        return Verdict.IN_FUTURE
    if ping.taken_at < received_at - limits.oldest:
        return Verdict.TOO_OLD
    return Verdict.INACCURATE if ping.accuracy_m > limits.worst_accuracy_m else Verdict.NEWER


SHORTEST_S: Final = 1.0
"""Phones tell whole seconds: two pings of one second may be nearly two apart, so no time is counted as shorter."""


def at_least_mps(one: Ping, other: Ping) -> float:
    """How fast a crew must have been between two pings, when each was as wrong as it says that it may be."""
    apart_m = points_apart_m((one.lat, one.lng), (other.lat, other.lng)) - one.accuracy_m - other.accuracy_m
    took_s = max(SHORTEST_S, abs((other.taken_at - one.taken_at).total_seconds()))
    return max(0.0, apart_m) / took_s
