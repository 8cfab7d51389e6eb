"""Do the real wards of Bengaluru become zones, the six invalid ones included, and is each found by its own middle?"""

import gzip
import json
from pathlib import Path
from typing import Any

from domain.areas import AreaIndex, area_of, point_inside
from tests.support.city import INDIAN_MERIDIAN_DEG


def wards(recorded_data: Path) -> list[dict[str, Any]]:
    with gzip.open(recorded_data / "zones" / "bengaluru_wards_2022.geojson.gz", "rt", encoding="utf-8") as file:
        geometries: list[dict[str, Any]] = [feature["geometry"] for feature in json.load(file)["features"]]
    return geometries


def test_every_ward_becomes_a_zone_and_is_found(recorded_data: Path) -> None:
    areas = [area_of(ward["type"], ward["coordinates"], INDIAN_MERIDIAN_DEG) for ward in wards(recorded_data)]
    repaired = [area for area in areas if area.repaired]
    assert len(areas) == 243
    assert len(repaired) == 6
    index = AreaIndex([area.outline for area in areas])
    lost = [number for number, area in enumerate(areas) if number not in index.holding(*point_inside(area.outline))]
    assert lost == []
    # The city has about 713 square kilometres.
    assert 600e6 < sum(area.area_m2 for area in areas) < 800e6
