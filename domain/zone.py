"""What may happen to a zone: an area that is served, with its clock and its state's taxes?"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.aggregate import Aggregate, Created, event
from domain.areas import Area, Outline
from domain.refusal import BadInput, Refusal
from domain.tariff_terms import checked_state, checked_time_zone
from domain.timeline import Dated, Timeline, check_effect
from domain.zone_conditions import (
    MOST_CONDITIONS,
    Condition,
    ConditionKind,
    NoSuchCondition,
    TooManyConditions,
    check_condition,
    condition_at,
    lifted,
)

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""A zone's name as a code: it stands in events, exports and the columns of reports."""

MOST_PRIORITY = 1_000
"""Priorities are -1,000 to 1,000: enough levels for airports in cities in states."""

DEGREES_OF_AN_HOUR = 15


class BadSlug(BadInput):
    """A zone's slug is a lower-case letter or digit, then at most 62 letters, digits or hyphens."""

    code = "bad_slug"


class SlugTaken(Refusal):
    """There is a zone with that slug already: redraw it, or choose another."""

    code = "slug_taken"


class ZoneNotInEffect(Refusal):
    """This zone is retired then, and cannot be retired once more."""

    code = "zone_not_in_effect"


@dataclass(frozen=True, slots=True)
class ZoneTerms:
    """What is fixed for a zone's whole life: its slug, clock, state (GST code), and rank where zones overlap."""

    slug: str
    time_zone: str
    state_code: str
    priority: int


def check_zone_terms(terms: ZoneTerms) -> None:
    """Refuse what no zone can have; raises BadSlug, UnknownTimeZone, UnknownState or BadInput."""
    if not SLUG.fullmatch(terms.slug):
        raise BadSlug
    checked_time_zone(terms.time_zone)
    checked_state(terms.state_code)
    if not -MOST_PRIORITY <= terms.priority <= MOST_PRIORITY:
        raise BadInput(f"a priority is -{MOST_PRIORITY} to {MOST_PRIORITY}", priority=terms.priority)


def meridian_of(time_zone: str, at: datetime) -> float:
    """The longitude, in degrees, at which a clock shows the sun's time; raises UnknownTimeZone."""
    offset = at.astimezone(ZoneInfo(checked_time_zone(time_zone))).utcoffset()
    return 0.0 if offset is None else offset.total_seconds() / 3_600 * DEGREES_OF_AN_HOUR


class Zone(Aggregate):
    """An area that is served. Its outline changes from an instant on, so that history stays where it was.

    Retired, it holds nobody from an instant on; drawn anew, it comes back.
    """

    TOPIC = "zone"

    class Defined(Created):
        """An area is served from an instant on."""

        TOPIC: ClassVar[str] = "zone.defined"
        slug: str
        time_zone: str
        state_code: str
        priority: int
        geometry: Outline
        area_m2: int
        effective_from: datetime

    class Redrawn(Aggregate.Event):
        """It has another outline from an instant on."""

        TOPIC: ClassVar[str] = "zone.redrawn"
        geometry: Outline
        area_m2: int
        effective_from: datetime

    class Retired(Aggregate.Event):
        """It holds nobody from an instant on."""

        TOPIC: ClassVar[str] = "zone.retired"
        effective_from: datetime

    class ConditionDeclared(Aggregate.Event):
        """It is closed or flooded, or costs more, from an instant on; for how long, when that is known."""

        TOPIC: ClassVar[str] = "zone.condition_declared"
        kind: ConditionKind
        effective_from: datetime
        effective_until: datetime | None
        factor_percent: int | None

    class ConditionLifted(Aggregate.Event):
        """All conditions of a kind end at an instant."""

        TOPIC: ClassVar[str] = "zone.condition_lifted"
        kind: ConditionKind
        effective_from: datetime

    def __init__(  # the fields of Defined
        self,
        slug: str,
        time_zone: str,
        state_code: str,
        priority: int,
        geometry: Outline,
        effective_from: datetime,
    ) -> None:
        self.slug = slug
        self.time_zone = time_zone
        self.state_code = state_code
        self.priority = priority
        self.dated: tuple[Dated[Outline], ...] = (Dated(effective_from, 1, geometry),)
        self.conditions: tuple[Condition, ...] = ()

    @classmethod
    def define(cls, zone_id: UUID, terms: ZoneTerms, area: Area, effective_from: datetime, at: datetime) -> "Zone":
        """Serve an area from an instant on.

        Raises BadSlug, UnknownTimeZone, UnknownState, BadInput or BadEffect.
        """
        check_zone_terms(terms)
        check_effect(effective_from, at, 0)
        return cls._create(
            cls.Defined,
            id=zone_id,
            timestamp=at,
            slug=terms.slug,
            time_zone=terms.time_zone,
            state_code=terms.state_code,
            priority=terms.priority,
            geometry=area.outline,
            area_m2=area.area_m2,
            effective_from=effective_from,
        )

    @property
    def timeline(self) -> Timeline[Outline]:
        """Its outlines, as they take effect."""
        return Timeline(self.dated)

    def redraw(self, area: Area, effective_from: datetime, at: datetime) -> None:
        """Give it another outline from an instant on; the one it has then is no news.

        Raises BadEffect or TooManyVersions.
        """
        check_effect(effective_from, at, len(self.dated))
        if self.timeline.value_at(effective_from) == area.outline:
            return
        self.trigger_event(
            self.Redrawn, timestamp=at, geometry=area.outline, area_m2=area.area_m2, effective_from=effective_from
        )

    def retire(self, effective_from: datetime, at: datetime) -> None:
        """Serve it no longer from an instant on; one that is retired by then is no news.

        Raises BadEffect, TooManyVersions or ZoneNotInEffect (it only begins after that instant).
        """
        check_effect(effective_from, at, len(self.dated))
        before = self.timeline.at(effective_from)
        if before is None:
            raise ZoneNotInEffect("this zone only begins later", zone_id=str(self.id))
        if before.value is not None:
            self.trigger_event(self.Retired, timestamp=at, effective_from=effective_from)

    def declare(self, condition: Condition, at: datetime) -> None:
        """Say what is the matter in it from an instant on; what holds already, for as long, is no news.

        Of several of a kind the one that was declared last counts. Raises BadCondition, BadEffect or TooManyConditions.
        """
        check_condition(condition)
        check_effect(condition.effective_from, at, 0)
        if condition_at(self.conditions, condition.kind, condition.effective_from) == condition:
            return
        if sum(not one.is_over(at) for one in self.conditions) >= MOST_CONDITIONS:
            raise TooManyConditions(most=MOST_CONDITIONS)
        self.trigger_event(
            self.ConditionDeclared,
            timestamp=at,
            kind=condition.kind,
            effective_from=condition.effective_from,
            effective_until=condition.effective_until,
            factor_percent=condition.factor_percent,
        )

    def lift(self, kind: ConditionKind, effective_from: datetime, at: datetime) -> None:
        """End all conditions of a kind at an instant, those announced for later as well.

        Raises BadEffect, or NoSuchCondition when there is none then or later.
        """
        check_effect(effective_from, at, 0)
        if not any(one.kind is kind and not one.is_over(effective_from) for one in self.conditions):
            raise NoSuchCondition(kind=kind.value)
        self.trigger_event(self.ConditionLifted, timestamp=at, kind=kind, effective_from=effective_from)

    @event(ConditionDeclared)
    def _on_condition_declared(
        self,
        kind: ConditionKind,
        effective_from: datetime,
        effective_until: datetime | None,
        factor_percent: int | None,
    ) -> None:
        self.conditions += (Condition(kind, effective_from, effective_until, factor_percent),)

    @event(ConditionLifted)
    def _on_condition_lifted(self, kind: ConditionKind, effective_from: datetime) -> None:
        self.conditions = lifted(self.conditions, kind, effective_from)

    @event(Redrawn)
    def _on_redrawn(self, geometry: Outline, effective_from: datetime) -> None:
        self.dated += (Dated(effective_from, len(self.dated) + 1, geometry),)

    @event(Retired)
    def _on_retired(self, effective_from: datetime) -> None:
        self.dated += (Dated(effective_from, len(self.dated) + 1, None),)
