"""Is a crew on its way coming to the vehicle? Judged from its last positions, slowly enough not to cry wolf."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import Final

from domain.geography import points_apart_m


class Doubt(StrEnum):
    """Why somebody may not come: it stands, it drives away from the vehicle, or nobody hears of it."""

    STALLED = "stalled"
    GOING_AWAY = "going_away"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class WatchTerms:
    """How soon a drive is doubted. From the first instant of trouble: window, then holding, both within 90 s."""

    window: timedelta = timedelta(seconds=45)
    """Over which receding is measured."""
    stands_for: timedelta = timedelta(seconds=80)
    """Over which standing is measured: all of it about one place, so that a red light of a minute is no stall."""
    stall_holds_for: timedelta = timedelta(seconds=5)
    """How long standing must be seen so: two looks. One long window tells a stall from a crawl better than a short one
    that lasts; together they leave 5 s of the 90 for positions that come late or not at all."""
    holds_for: timedelta = timedelta(seconds=30)
    """How long any other doubt must last: three ticks of 15 s that agree, so that one odd position says nothing."""
    stands_within_m: float = 30.0
    """Of the middle of those positions: they jitter by 10 m each way, so one in ninety lies farther out by chance."""
    blurred_within_m: float = 38.0
    """The same where they jitter more: as wide as the positions themselves say, never wider, for a jam creeps on."""
    strays: int = 1
    """Positions that may lie farther out all the same: a reflection off a glass front."""
    least_places: int = 4
    """Positions in the window: of fewer nobody can say that they stand."""
    recedes_m: float = 100.0
    """Farther from the vehicle than a window ago: 9 km/h straight away. A way round a block never lasts as long."""
    silent_after: timedelta = timedelta(seconds=45)
    """Without a position: phones speak every few seconds; with the holding, 75 s are no gap in a network."""
    newest_within: timedelta = timedelta(seconds=20)
    """An older position says nothing about standing: that would be silence, which is judged apart."""
    near_m: float = 250.0
    """Within this distance of the vehicle nobody is doubted: it parks, walks, or is under a roof."""
    sets_out_within: timedelta = timedelta(seconds=115)
    """After it took the job: shoes, keys, gate. Before that standing is no stall; silence and receding count."""
    eta_holds_for: timedelta = timedelta(minutes=10)
    """A time of arrival that the crew told itself: so long it is believed, and at most until that time."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One look at a crew: its newest position, when that was taken and came in, and how far off the vehicle it was."""

    at: datetime
    taken_at: datetime
    received_at: datetime
    place: tuple[float, float]
    away_m: float


MOST_JITTER: Final = 2.6
"""Of positions that jitter evenly each way, 99 in 100 lie within 2.6 times as far off as half of them do."""

MOST_SIGHTS: Final = 60
"""Positions kept of one drive: five minutes at one each 5 s. What is older is in no window."""


@dataclass(frozen=True, slots=True)
class DriveMemory:
    """What is remembered of one drive. It may be forgotten at any time: within 90 s all of it is known again."""

    sights: tuple[Sight, ...] = ()
    suspected: Doubt | None = None
    since: datetime | None = None


NOTHING_SEEN: Final = DriveMemory()
"""Of a drive that begins, or after a restart."""


@dataclass(frozen=True, slots=True)
class Excuse:
    """What speaks for a crew: when it took the job, whether it said that it drives, the arrival it told and when."""

    assigned_at: datetime
    is_en_route: bool
    eta_told_at: datetime | None = None
    arrives_by: datetime | None = None


def looked(memory: DriveMemory, sight: Sight, excuse: Excuse, terms: WatchTerms) -> tuple[DriveMemory, Doubt | None]:
    """What is remembered after one more look, and the doubt that has lasted long enough; None while all is well."""
    sights = (*memory.sights, sight)[-MOST_SIGHTS:]
    found = None if is_beyond_doubt(sight, excuse, terms) else _suspicion(sights, excuse, terms)
    since = memory.since if found is not None and found is memory.suspected else sight.at
    news = DriveMemory(sights, found, since if found is not None else None)
    holds_for = terms.stall_holds_for if found is Doubt.STALLED else terms.holds_for
    lasted = found is not None and since is not None and sight.at - since >= holds_for
    return news, found if lasted else None


def is_beyond_doubt(sight: Sight, excuse: Excuse, terms: WatchTerms) -> bool:
    """Whether nobody may be doubted now: it is there but for a few steps, or told a time of arrival that holds."""
    return sight.away_m <= terms.near_m or has_fresh_eta(excuse, sight.at, terms)


def has_fresh_eta(excuse: Excuse, at: datetime, terms: WatchTerms) -> bool:
    """Whether the crew told when it will be there, lately, and that time is not over."""
    told, by = excuse.eta_told_at, excuse.arrives_by
    return told is not None and by is not None and at < by and at - told <= terms.eta_holds_for


def _suspicion(sights: tuple[Sight, ...], excuse: Excuse, terms: WatchTerms) -> Doubt | None:
    now = sights[-1]
    if now.at - now.received_at >= terms.silent_after:
        return Doubt.DARK
    if now.at - now.received_at > terms.newest_within:
        return None
    before, long_before = _ago(sights, terms.window), _ago(sights, terms.stands_for)
    if before is not None and now.away_m - before.away_m >= terms.recedes_m:
        return Doubt.GOING_AWAY
    waits = not excuse.is_en_route and now.at - excuse.assigned_at < terms.sets_out_within
    return Doubt.STALLED if long_before is not None and not waits and _stands(sights, terms) else None


def _stands(sights: tuple[Sight, ...], terms: WatchTerms) -> bool:
    """Whether the positions lie about one place, but for what they jitter, with no gap in which it could have moved."""
    newest = sights[-1].taken_at
    places = {each.taken_at: each.place for each in sights if newest - each.taken_at <= terms.stands_for}
    instants = [newest - terms.stands_for, *places]
    if len(places) < terms.least_places or max(b - a for a, b in pairwise(instants)) > terms.newest_within:
        return False
    middle = (median(lat for lat, _ in places.values()), median(lng for _, lng in places.values()))
    off_m = [points_apart_m(middle, place) for place in places.values()]
    within_m = min(terms.blurred_within_m, max(terms.stands_within_m, MOST_JITTER * median(off_m)))
    return sum(each > within_m for each in off_m) <= terms.strays


def _ago(sights: tuple[Sight, ...], window: timedelta) -> Sight | None:
    """The latest sight whose position is older than the newest one by the window."""
    newest = sights[-1].taken_at
    return next((each for each in reversed(sights) if newest - each.taken_at >= window), None)


class Step(StrEnum):
    """What is done about a drive: ask the crew, ring it up, take the job from it, or note that it comes again."""

    NUDGE = "nudge"
    CALL = "call"
    REVOKE = "revoke"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a crew that was nudged has. Nudged, it can answer with one tap: half a minute is a phone on a mount."""

    calls_after: timedelta = timedelta(seconds=12)
    """Then it is rung up: a call is heard where a message is not."""
    revokes_after: timedelta = timedelta(seconds=25)
    """Then somebody else is sent; one look of 5 s later at most, so within 30 s of the nudge."""
    progress_m: float = 50.0
    """Nearer by this much than at the nudge: it comes again. Above what positions jitter."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How drives are watched."""

    terms: WatchTerms = field(default=WatchTerms())
    patience: Patience = field(default=Patience())


@dataclass(frozen=True, slots=True)
class Nudged:
    """The doubt that stands on a drive, as events tell it; ``away_m`` is how far off it was when it was asked."""

    doubt: Doubt
    at: datetime
    away_m: int
    called: bool = False


def next_step(nudged: Nudged | None, doubt: Doubt | None, sight: Sight, excuse: Excuse, rules: Rules) -> Step | None:
    """What is to be done now. Once a nudge stands, only facts count and no memory: a restart changes nothing."""
    if nudged is None:
        return Step.NUDGE if doubt is not None else None
    if _reacted(nudged, sight, excuse, rules):
        return Step.RESUME
    waited = sight.at - nudged.at
    if waited >= rules.patience.revokes_after:
        return Step.REVOKE
    return Step.CALL if waited >= rules.patience.calls_after and not nudged.called else None


def _reacted(nudged: Nudged, sight: Sight, excuse: Excuse, rules: Rules) -> bool:
    if is_beyond_doubt(sight, excuse, rules.terms):
        return True
    heard = sight.received_at > nudged.at
    if nudged.doubt is Doubt.DARK:
        return heard
    return heard and nudged.away_m - sight.away_m >= rules.patience.progress_m
