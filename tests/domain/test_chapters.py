"""Is an aggregate whose story is told in several files one aggregate all the same?"""

from dataclasses import field
from datetime import datetime
from typing import ClassVar

from domain.aggregate import Aggregate, Chapter, Created, event, events_of, shape_of, topic_class
from tests.support.roadside import NOON, SOON
from tests.support.rulebook import STREAM, fact_of, replayed, row_of


class Lighting(Chapter):
    """How a lamp is lit."""

    watts: int
    is_lit: bool
    lit_at: datetime | None

    class Lit(Aggregate.Event):
        """It shines."""

        TOPIC: ClassVar[str] = "test_lamp.lit"
        watts: int

    def light(self, watts: int) -> None:
        """Switch it on."""
        self.trigger_event(self.Lit, timestamp=SOON, watts=watts)

    @event(Lit)
    def _on_lit(self, watts: int, at: datetime) -> None:
        self.is_lit, self.watts, self.lit_at = True, watts, at


class Lamp(Lighting, Aggregate):
    """A lamp."""

    TOPIC = "test_lamp"

    watts: int
    is_lit: bool = field(default=False, init=False)
    lit_at: datetime | None = field(default=None, init=False)

    class Made(Created):
        """It was made."""

        TOPIC: ClassVar[str] = "test_lamp.made"
        watts: int


def test_what_a_chapter_tells_is_the_aggregates_own() -> None:
    assert [shape_of(each).topic for each in events_of(Lamp)] == ["test_lamp.made", "test_lamp.lit"]
    assert topic_class("test_lamp.lit") is Lamp.Lit
    assert Lamp.Lit is not Lighting.Lit


def test_a_chapters_facts_evolve_the_aggregate() -> None:
    lamp = Lamp._create(Lamp.Made, id=STREAM, timestamp=NOON, watts=40)
    lamp.light(60)
    assert (lamp.is_lit, lamp.watts, lamp.version) == (True, 60, 2)
    assert [type(fact) for fact in lamp.collect_events()] == [Lamp.Made, Lamp.Lit]


def test_a_method_that_asks_for_the_instant_is_told_it_now_and_on_replay() -> None:
    lamp = Lamp._create(Lamp.Made, id=STREAM, timestamp=NOON, watts=40)
    lamp.light(60)
    again = replayed([row_of(fact_of(each), version + 1) for version, each in enumerate(lamp.collect_events())])
    assert isinstance(again, Lamp)
    assert (lamp.lit_at, again.lit_at, again.watts) == (SOON, SOON, 60)
