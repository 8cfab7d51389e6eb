"""Does the price book in memory answer by what was in effect there and then?"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from application.prices import PriceBook, PricesUnknown
from application.zones import PlacedZone
from domain.catalogue import Service, VehicleClass
from domain.tariff_terms import TariffTerms
from infra.prices.table import PriceTable
from projections.tariffs import TariffVersionRow
from tests.support.city import INDIA, THE_ZONE, ZONE
from tests.support.roadside import LATER, NOON, TENANT, some_id

EVERYWHERE, OF_ZONE = some_id(201), some_id(202)
FLAT = replace(INDIA, peaks=(), tax_percent_bp=0, rounds_to_minor=1)
AIRPORT = replace(FLAT, rows=tuple(replace(row, base_minor=99_900) for row in FLAT.rows))
CHEAP = replace(FLAT, rows=tuple(replace(row, base_minor=9_900) for row in FLAT.rows))
PARTNER = some_id(203)
MUCH_LATER = LATER + timedelta(hours=1)


def version(
    tariff_id: UUID,
    terms: TariffTerms | None,
    begins_at: datetime = NOON,
    number: int = 1,
    zone_id: UUID | None = None,
    tenant: str = TENANT,
    partner_id: UUID | None = None,
) -> TariffVersionRow:
    publication_id = UUID(int=tariff_id.int + (number << 64))
    currency = None if terms is None else terms.currency
    return TariffVersionRow(
        tenant, publication_id, tariff_id, number, number + 1, number, zone_id, partner_id, begins_at, terms is None,
        currency, terms, NOON,
    )  # fmt: skip


def book(*rows: TariffVersionRow) -> PriceTable:
    table = PriceTable(lambda: True)
    for row in rows:
        table.take([row])
    return table


def base(table: PriceBook, place: PlacedZone | None = None, at: datetime = NOON, tenant: str = TENANT) -> int | None:
    price = table.price(tenant, place, Service.LOCKOUT, VehicleClass.CAR, None, at)
    return None if price is None else price.total_minor


def test_without_a_tariff_nothing_is_charged() -> None:
    assert base(book()) is None
    assert base(book(version(EVERYWHERE, FLAT, tenant="rival"))) is None


def test_what_a_partner_bears_is_priced_by_its_own_tariff_first() -> None:
    own, of_zone, other = UUID(int=71), UUID(int=72), UUID(int=73)
    table = book(
        version(EVERYWHERE, FLAT),
        version(OF_ZONE, AIRPORT, zone_id=ZONE),
        version(own, CHEAP, partner_id=PARTNER),
        version(other, FLAT, partner_id=UUID(int=6)),
    )

    def price(place: PlacedZone | None, partner_id: UUID | None) -> int | None:
        told = table.price(TENANT, place, Service.LOCKOUT, VehicleClass.CAR, None, NOON, partner_id=partner_id)
        return None if told is None else told.total_minor

    cheap, flat, airport = price(None, PARTNER), price(None, None), price(THE_ZONE, None)
    assert len({cheap, flat, airport}) == 3
    assert price(THE_ZONE, PARTNER) == cheap, "its own for everywhere, before the zone's for everybody"
    assert price(THE_ZONE, UUID(int=5)) == airport, "it has none of its own"
    table.take([version(of_zone, AIRPORT, zone_id=ZONE, partner_id=PARTNER)])
    assert (price(THE_ZONE, PARTNER), price(None, PARTNER)) == (airport, cheap)
    table.take([version(own, None, number=2, partner_id=PARTNER)])
    assert (price(THE_ZONE, PARTNER), price(None, PARTNER)) == (airport, flat), "withdrawn: as everybody pays"
    assert [tariff.tariff_id for _, tariff in table.tariffs_in_effect(TENANT, NOON)] == [EVERYWHERE, OF_ZONE]


def test_a_zones_own_tariff_comes_first() -> None:
    table = book(version(EVERYWHERE, FLAT), version(OF_ZONE, AIRPORT, zone_id=ZONE))
    assert base(table) == 29_900
    assert base(table, THE_ZONE) == 99_900
    assert base(table, replace(THE_ZONE, zone_id=some_id(999))) == 29_900


def test_a_tariff_applies_from_its_instant_on() -> None:
    dearer = version(EVERYWHERE, AIRPORT, LATER, 2)
    ended = version(EVERYWHERE, None, MUCH_LATER, 3)
    table = book(version(EVERYWHERE, FLAT), dearer, ended)
    assert [base(table, at=at) for at in (NOON, LATER, MUCH_LATER)] == [29_900, 99_900, None]
    assert base(table, at=NOON - timedelta(microseconds=1)) is None


def test_where_a_zones_tariff_is_withdrawn_that_of_everywhere_applies() -> None:
    table = book(
        version(EVERYWHERE, FLAT),
        version(OF_ZONE, AIRPORT, zone_id=ZONE),
        version(OF_ZONE, None, LATER, 2, zone_id=ZONE),
    )
    assert [base(table, THE_ZONE, at) for at in (NOON, LATER)] == [99_900, 29_900]


def test_a_price_is_made_by_the_zones_clock_and_state() -> None:
    tuesday_nine_in_london = datetime.fromisoformat("2026-03-03T09:00:00+00:00")
    london = replace(THE_ZONE, time_zone="Europe/London", state_code="97")
    table = book(version(EVERYWHERE, INDIA))
    told = table.price(TENANT, london, Service.LOCKOUT, VehicleClass.CAR, None, tuesday_nine_in_london)
    assert told is not None
    assert "peak" in {line.kind for line in told.lines}
    assert (told.supply.state_code, told.supply.place_of_supply) == ("97", "97")
    abroad = table.price(TENANT, THE_ZONE, Service.LOCKOUT, VehicleClass.CAR, None, NOON, "33")
    assert abroad is not None
    assert abroad.supply.place_of_supply == "33"
    assert "tax_igst" in {line.kind for line in abroad.lines}


def test_what_a_quote_was_made_under_is_found_again() -> None:
    table = book(version(EVERYWHERE, FLAT), version(EVERYWHERE, AIRPORT, LATER, 2), version(EVERYWHERE, None, LATER, 3))
    first = table.published(TENANT, EVERYWHERE, 1)
    assert first is not None
    assert (first.terms, first.effective_from) == (FLAT, NOON)
    assert table.published(TENANT, EVERYWHERE, 3) is None
    assert table.published(TENANT, EVERYWHERE, 4) is None
    assert table.published("rival", EVERYWHERE, 1) is None


def test_being_told_again_changes_nothing() -> None:
    table = book(version(EVERYWHERE, FLAT), version(EVERYWHERE, FLAT))
    assert base(table) == 29_900
    assert [tariff.tariff_version for _, tariff in table.tariffs_in_effect(TENANT, NOON)] == [1]


@pytest.mark.parametrize(
    "ask",
    [
        base,
        lambda table: table.published(TENANT, EVERYWHERE, 1),
        lambda table: table.tariffs_in_effect(TENANT, NOON),
    ],
)
def test_nothing_is_answered_before_everything_was_read(ask: Callable[[PriceTable], object]) -> None:
    with pytest.raises(PricesUnknown):
        ask(PriceTable(lambda: False))
