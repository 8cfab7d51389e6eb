"""Is the demo city drawn so that every place in it lies where its zone says?"""

from interfaces.demo.companies import COMPANIES
from interfaces.demo.places import (
    AREAS,
    WHOLE_CITY,
    WORKSHOPS,
    ZONES,
    area_by_lot,
    between,
    inside,
    metres,
    moved,
    nearest_workshop,
    spot_in,
)


def test_the_city_has_everything_within_it() -> None:
    for zone in ZONES[1:]:
        assert all(inside(corner, WHOLE_CITY.corners) for corner in zone.corners), zone.slug
    for place in [area.centre for area in AREAS] + [where for _, where in WORKSHOPS] + [one.base for one in COMPANIES]:
        assert inside(place, WHOLE_CITY.corners), place
    assert not inside((12.5, 77.6), WHOLE_CITY.corners)


def test_no_two_zones_of_the_same_rank_overlap() -> None:
    for area in AREAS:
        for number in range(50):
            spot = spot_in(area, number)
            assert sum(inside(spot, zone.corners) for zone in ZONES[1:]) <= 1
            assert metres(spot, area.centre) <= area.radius_m + 1


def test_distances_and_ways() -> None:
    place = (12.9716, 77.5946)
    assert round(metres(place, moved(place, 3_000, 4_000))) == 5_000
    assert between(place, moved(place, 1_000, 0), 0.5) == moved(place, 500, 0)
    assert between(place, moved(place, 1_000, 0), 7) == moved(place, 1_000, 0)
    _, workshop = nearest_workshop(WORKSHOPS[0][1])
    assert workshop != WORKSHOPS[0][1]


def test_every_area_has_its_turn() -> None:
    assert {area_by_lot(number) for number in range(1_000)} == set(AREAS)


def test_forty_companies_have_forty_names() -> None:
    assert len({company.name for company in COMPANIES}) == len(COMPANIES) == 40
    assert len({company.phone for company in COMPANIES}) == 40
