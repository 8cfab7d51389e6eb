"""Are zones and tariffs drawn, published, refused and read as they should, and decided by at once?"""

import math
from datetime import UTC, datetime, timedelta

import pytest

from tests.interfaces.http.place import OUTSIDE, PEAK, Place, estimate, estimated, geometry, tariff, zone
from tests.support.api import Json
from tests.support.city import square

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


async def test_a_tenant_without_tariffs_and_zones_serves_everywhere_for_nothing(place: Place) -> None:
    told = await estimated(place.api, place.customer)
    assert (told["served"], told["zone"], told["price"]) == (True, None, None)


async def test_a_zone_is_defined_read_listed_redrawn_and_retired(place: Place) -> None:
    api, desk = place.api, place.desk
    done = await place.with_zone()
    assert done["id"].startswith("zon_")
    path = f"/v1/zones/{done['id']}"
    shown = (await api.get(path, place.customer)).json()
    assert shown["geometry"]["coordinates"] == [square(77.5, 12.9, 0.2)]
    listed = (await api.get("/v1/zones", place.customer, min_position=done["position"])).json()["data"]
    assert [(row["id"], row["slug"], row["retired_from"]) for row in listed] == [(done["id"], "bengaluru", None)]
    smaller = await api.done(f"{path}/geometry", desk, {"geometry": geometry(side=0.1)}, version=done["version"])
    assert smaller["version"] == done["version"] + 1
    assert smaller["area_m2"] < done["area_m2"]
    retired = await api.done(f"{path}/retirement", desk, {})
    shown = (await api.get(path, desk, min_position=retired["position"])).json()
    assert shown["geometry"] is None
    assert [each["retired"] for each in shown["outlines"]] == [False, False, True]
    before = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert (await api.get(path, desk, at=before)).json()["geometry"] is None, "it was not there yet"


async def test_help_comes_to_zones_only_once_there_is_one(place: Place) -> None:
    done = await place.with_zone()
    inside = await estimated(place.api, place.customer, done["position"])
    outside = await estimated(place.api, place.customer, done["position"], location=OUTSIDE)
    assert (inside["served"], inside["zone"]["slug"]) == (True, "bengaluru")
    assert (outside["served"], outside["zone"]) == (False, None)


async def test_an_outline_as_detailed_as_may_be_fits_into_a_body(place: Place) -> None:
    turns = [2 * math.pi * n / 2_000 for n in range(2_001)]
    ring = [[77.6 + math.cos(turn) / 9.1, 12.9 + math.sin(turn) / 9.1] for turn in turns]
    assert (await place.with_zone(geometry={"type": "Polygon", "coordinates": [ring]}))["vertices"] == 2_000


async def test_an_invalid_outline_is_repaired(place: Place) -> None:
    bowtie = [[[77.5, 12.9], [77.7, 13.1], [77.7, 12.9], [77.5, 13.1], [77.5, 12.9]]]
    done = await place.with_zone(geometry={"type": "Polygon", "coordinates": bowtie})
    assert (done["repaired"], done["parts"]) == (True, 2)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"geometry": {"type": "Point", "coordinates": [77.5, 12.9]}}, "outline_not_polygonal"),
        ({"geometry": {"type": "Polygon", "coordinates": []}}, "outline_empty"),
        ({"geometry": {"type": "Polygon", "coordinates": {"lng": 77.5}}}, "bad_outline"),
        ({"geometry": {"type": "Polygon", "coordinates": square(12.9, 77.5, 0.2)}}, "coordinates_swapped"),
        ({"geometry": {"type": "Polygon", "coordinates": square(179.9, 12.9, 0.2)}}, "coordinates_out_of_range"),
        ({"slug": "Not a slug"}, "bad_slug"),
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone"),
        ({"state_code": "00"}, "unknown_state"),
        ({"effective_from": "2020-01-01T00:00:00Z"}, "bad_effect"),
        ({"effective_from": "2020-01-01"}, "validation_failed"),
        ({"priority": 1_001}, "validation_failed"),
    ],
)
async def test_a_bad_zone_is_a_named_problem_and_leaves_nothing(place: Place, wrong: Json, code: str) -> None:
    answer = await place.api.post("/v1/zones", place.desk, {**zone(), **wrong})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await place.with_zone())["version"] == 1


async def test_a_slug_is_taken_once(place: Place) -> None:
    await place.with_zone()
    answer = await place.api.post("/v1/zones", place.desk, zone())
    assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")


async def test_who_has_the_answer_is_priced_and_placed_by_it(place: Place) -> None:
    await place.with_zone()
    assert (await estimated(place.api, place.customer))["zone"]["slug"] == "bengaluru"
    await place.with_prices()
    assert (await estimated(place.api, place.customer))["price"] is not None


async def test_prices_apply_as_soon_as_they_were_read(place: Place) -> None:
    done = await place.with_prices()
    price = (await estimated(place.api, place.customer, done["position"]))["price"]
    # 249.00 and about 16.7 km beyond the 5 included: the lines add up to whole rupees.
    assert price["tariff_id"] == done["id"]
    assert 20_000 < price["tow_distance_m"] < 25_000
    assert price["total_minor"] == sum(line["amount_minor"] for line in price["lines"])
    assert price["total_minor"] % 100 == 0
    assert [line["kind"] for line in price["lines"]][:4] == ["base", "distance", "tax_cgst", "tax_sgst"]
    peak = await estimated(place.api, place.customer, at=PEAK)
    assert peak["price"]["total_minor"] > price["total_minor"]
    abroad = await estimated(place.api, place.customer, customer_state_code="33")
    assert "tax_igst" in {line["kind"] for line in abroad["price"]["lines"]}


async def test_a_whole_tariff_is_published_for_a_zone_and_withdrawn(place: Place) -> None:
    api, desk = place.api, place.desk
    the_zone = await place.with_zone()
    dear = tariff(zone_id=the_zone["id"], tax_percent_bp=0, peaks=[], rounds_to_minor=1)
    done = await api.done("/v1/tariffs", desk, dear)
    assert (done["zone_id"], done["tariff_version"]) == (the_zone["id"], 1)
    path = f"/v1/tariffs/{done['id']}"
    shown = (await api.get(path, place.customer)).json()
    assert shown["in_effect"]["rows"] == dear["rows"]
    assert shown["in_effect"]["peaks"] == []
    lockout = {"service": "lockout", "drop_location": None}
    price = (await estimated(api, place.customer, done["position"], **lockout))["price"]
    assert price["total_minor"] == 29_900
    gone = await api.done(f"{path}/withdrawal", desk, {}, version=int(str(done["version"])))
    assert gone["tariff_version"] is None
    assert (await estimated(api, place.customer, gone["position"]))["price"] is None
    listed = (await api.get("/v1/tariffs", desk, zone_id=the_zone["id"])).json()["data"]
    assert [row["withdrawn"] for row in listed] == [True, False]


async def test_history_is_priced_by_what_was_in_effect(place: Place) -> None:
    starts = datetime.now(UTC) + timedelta(days=30)
    done = await place.with_prices(effective_from=starts.isoformat())
    before = await estimated(place.api, place.desk, done["position"], at=(starts - timedelta(seconds=1)).isoformat())
    since = await estimated(place.api, place.desk, done["position"], at=starts.isoformat())
    assert before["price"] is None
    assert since["price"]["tariff_version"] == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"rows": []}, "bad_tariff"),
        ({"rows": [{"service": "tow", "vehicle_class": "car", "base_minor": -1}]}, "bad_tariff"),
        ({"tax_percent_bp": 1_801}, "bad_tariff"),
        ({"peaks": [{"days": [1], "from_time": "10:00", "to_time": "08:00", "multiplier_percent": 120}]}, "bad_tariff"),
        ({"fees": {"assigned_minor": 2, "en_route_minor": 1}}, "bad_tariff"),
        ({"peaks": [{"days": [1], "from_time": "8", "to_time": "9", "multiplier_percent": 120}]}, "validation_failed"),
        ({"currency": "rupees"}, "validation_failed"),
        ({"time_zone": "IST"}, "unknown_time_zone"),
        ({"currency": "ZZZ"}, "unknown_currency"),
        ({"effective_from": "2020-01-01T00:00:00Z"}, "bad_effect"),
        ({"zone_id": "zon_" + "0" * 32}, "not_found"),
    ],
)
async def test_a_bad_tariff_is_a_named_problem_and_leaves_nothing(place: Place, wrong: Json, code: str) -> None:
    answer = await place.api.post("/v1/tariffs", place.desk, tariff(**wrong))
    assert answer.json()["code"] == code, answer.text
    assert (await place.with_prices())["tariff_version"] == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"service": "fuel_delivery", "fuel": "electric"}, "service_does_not_fit"),
        ({"customer_state_code": "00"}, "unknown_state"),
        ({"location": {"lat": 91, "lng": 0}}, "validation_failed"),
        ({"min_position": 2**60}, "projection_behind"),
    ],
)
async def test_a_bad_estimate_is_a_named_problem(place: Place, wrong: Json, code: str) -> None:
    answer = await place.api.post("/v1/price-estimates", place.customer, estimate(**wrong))
    assert answer.json()["code"] == code
