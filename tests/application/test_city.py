"""How do zones and tariffs come, change and go, and who may say so?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.define_zone import DefineZone, Drawing, define_zone, zone_id_of
from application.publish_tariff import PublishTariff, publish_tariff, tariff_id_of
from application.redraw_zone import RedrawZone, redraw_zone
from application.retire_zone import RetireZone, retire_zone
from application.withdraw_tariff import WithdrawTariff, withdraw_tariff
from domain.actor import Actor
from domain.areas import CoordinatesSwapped, OutlineEmpty
from domain.refusal import NotAllowed, NotFound, StaleVersion
from domain.tariff_terms import BadTariff
from domain.zone import BadSlug, SlugTaken, ZoneNotInEffect
from tests.application.world import World
from tests.support.city import INDIA, ZONE_TERMS, square
from tests.support.roadside import AUDITOR, DESK_ACTOR, LATER, NOON, SOON, TENANT, THE_CUSTOMER, THE_PROVIDER, some_id

pytestmark = pytest.mark.anyio

HERE = Drawing("Polygon", square(77.5, 12.9, 0.2))
SMALLER = Drawing("Polygon", square(77.5, 12.9, 0.1))
BOWTIE = Drawing("Polygon", [[[77.5, 12.9], [77.7, 13.1], [77.7, 12.9], [77.5, 13.1]]])
ZONE_ID = zone_id_of(TENANT, ZONE_TERMS.slug)


def define(drawing: Drawing = HERE, slug: str = ZONE_TERMS.slug, actor: Actor = DESK_ACTOR) -> DefineZone:
    return DefineZone(actor, replace(ZONE_TERMS, slug=slug), drawing, NOON, NOON)


async def test_a_zone_is_defined() -> None:
    world = World()
    done = await world.run(define_zone, define())
    assert done.answer["id"] == ZONE_ID.hex
    assert (done.answer["repaired"], done.answer["parts"], done.answer["vertices"]) == (False, 1, 4)
    assert world.topics() == ["zone.defined"]


async def test_an_invalid_outline_is_repaired_and_said_to_be() -> None:
    done = await World().run(define_zone, define(BOWTIE))
    assert (done.answer["repaired"], done.answer["parts"]) == (True, 2)


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (define(Drawing("Polygon", [])), OutlineEmpty),
        (define(Drawing("Polygon", square(12.9, 77.5, 0.2))), CoordinatesSwapped),
        (define(slug="Nope!"), BadSlug),
    ],
)
async def test_a_zone_that_makes_no_sense_leaves_nothing(command: DefineZone, refusal: type[Exception]) -> None:
    world = World()
    with pytest.raises(refusal):
        await world.run(define_zone, command)
    assert world.topics() == []


async def test_a_slug_is_taken_once_per_tenant() -> None:
    world = World()
    await world.run(define_zone, define())
    with pytest.raises(SlugTaken):
        await world.run(define_zone, define(SMALLER))
    await world.run(define_zone, define(slug="another"))
    assert zone_id_of("rival", ZONE_TERMS.slug) != ZONE_ID


async def test_a_zone_is_redrawn_retired_and_brought_back() -> None:
    world = World()
    await world.run(define_zone, define())
    await world.run(redraw_zone, RedrawZone(DESK_ACTOR, ZONE_ID, SMALLER, SOON, SOON))
    await world.run(redraw_zone, RedrawZone(DESK_ACTOR, ZONE_ID, SMALLER, SOON, SOON))
    await world.run(retire_zone, RetireZone(DESK_ACTOR, ZONE_ID, LATER, SOON))
    await world.run(redraw_zone, RedrawZone(DESK_ACTOR, ZONE_ID, HERE, LATER, LATER))
    assert world.topics() == ["zone.defined", "zone.redrawn", "zone.retired", "zone.redrawn"]


async def test_a_zone_is_changed_as_it_was_seen() -> None:
    world = World()
    await world.run(define_zone, define())
    with pytest.raises(StaleVersion):
        await world.run(retire_zone, RetireZone(DESK_ACTOR, ZONE_ID, LATER, SOON, expected_version=9))
    with pytest.raises(NotFound):
        await world.run(retire_zone, RetireZone(DESK_ACTOR, some_id(5), LATER, SOON))
    with pytest.raises(ZoneNotInEffect):
        await world.run(retire_zone, RetireZone(DESK_ACTOR, ZONE_ID, NOON - timedelta(hours=1), SOON))


async def test_a_tariff_is_published_for_everywhere_and_for_a_zone() -> None:
    world = World()
    await world.run(define_zone, define())
    everywhere = await world.run(publish_tariff, PublishTariff(DESK_ACTOR, None, INDIA, NOON, NOON))
    of_zone = await world.run(publish_tariff, PublishTariff(DESK_ACTOR, ZONE_ID, INDIA, NOON, NOON))
    assert everywhere.answer["id"] == tariff_id_of(TENANT, None).hex
    assert (of_zone.answer["zone_id"], of_zone.answer["tariff_version"]) == (ZONE_ID.hex, 1)
    assert everywhere.answer["id"] != of_zone.answer["id"]
    assert world.topics(1) == ["tariff.opened", "tariff.published"] * 2


async def test_a_tariff_gets_further_versions_and_the_same_is_no_news() -> None:
    world = World()
    versions = [
        (await world.run(publish_tariff, PublishTariff(DESK_ACTOR, None, terms, NOON, NOON))).answer["tariff_version"]
        for terms in (INDIA, INDIA, replace(INDIA, quote_valid_s=60))
    ]
    assert versions == [1, 1, 2]
    assert world.topics() == ["tariff.opened", "tariff.published", "tariff.published"]


async def test_a_tariff_is_withdrawn() -> None:
    world = World()
    published = await world.run(publish_tariff, PublishTariff(DESK_ACTOR, None, INDIA, NOON, NOON))
    tariff_id = tariff_id_of(TENANT, None)
    done = await world.run(withdraw_tariff, WithdrawTariff(DESK_ACTOR, tariff_id, LATER, SOON))
    assert (published.answer["tariff_version"], done.answer["tariff_version"]) == (1, None)
    with pytest.raises(StaleVersion):
        await world.run(withdraw_tariff, WithdrawTariff(DESK_ACTOR, tariff_id, LATER, SOON, expected_version=1))


async def test_a_bad_tariff_leaves_nothing_not_even_an_opened_one() -> None:
    world = World()
    with pytest.raises(BadTariff):
        await world.run(publish_tariff, PublishTariff(DESK_ACTOR, None, replace(INDIA, rows=()), NOON, NOON))
    with pytest.raises(NotFound):
        await world.run(publish_tariff, PublishTariff(DESK_ACTOR, some_id(5), INDIA, NOON, NOON))
    assert world.topics() == []


@pytest.mark.parametrize("actor", [THE_CUSTOMER, THE_PROVIDER, AUDITOR])
async def test_only_the_desk_says_what_is_served_and_what_it_costs(actor: Actor) -> None:
    world = World()
    await world.run(define_zone, define())
    await world.run(publish_tariff, PublishTariff(DESK_ACTOR, None, INDIA, NOON, NOON))
    orders = [
        (define_zone, define(slug="mine", actor=actor)),
        (redraw_zone, RedrawZone(actor, ZONE_ID, SMALLER, SOON, SOON)),
        (retire_zone, RetireZone(actor, ZONE_ID, LATER, SOON)),
        (publish_tariff, PublishTariff(actor, None, INDIA, SOON, SOON)),
        (withdraw_tariff, WithdrawTariff(actor, tariff_id_of(TENANT, None), LATER, SOON)),
    ]
    before = world.head
    for use_case, command in orders:
        with pytest.raises(NotAllowed):
            await world.run(use_case, command)  # type: ignore[arg-type]  # each with its own command
    assert world.head == before
