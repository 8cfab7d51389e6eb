"""Does a deployment get the drive times that its settings name, and does it take up what was learned?"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from domain.travel.fit import learn
from domain.travel.great_circle import GreatCircleTimes
from domain.travel.learned import BadLearnedDrives
from infra.settings import Settings, SettingsError
from infra.travel.asked_times import AskedTimes
from infra.travel.choice import drive_times
from infra.travel.formula import LearningFormula
from infra.travel.learned_file import VERSIONS_KEPT, learned_path, read_learned, untaught, write_learned
from infra.travel.road_graph import BadRoads
from infra.travel.road_times import RoadTimes
from tests.domain.travel.towns import MONDAY, drives, places

ONE, OTHER = places(1, 2)


def settings(tmp_path: Path, **more: object) -> Settings:
    return Settings.model_validate({"state_dir": tmp_path, **more})


def test_by_default_it_is_the_formula_at_the_pace_of_the_settings(tmp_path: Path) -> None:
    given = settings(tmp_path, approach_detour_percent=150, approach_kmh=50)
    times = drive_times(given)
    assert isinstance(times, LearningFormula)
    assert times.version == GreatCircleTimes(untaught(given)).version
    assert times.drive_s([ONE], [OTHER], MONDAY) == GreatCircleTimes(untaught(given)).drive_s([ONE], [OTHER], MONDAY)


def test_what_is_learned_is_taken_up_without_a_restart(tmp_path: Path) -> None:
    now = [0.0]
    given = settings(tmp_path)
    times = drive_times(given, lambda: now[0])
    learned = learn(drives(3, 300)[0], untaught(given))
    before = times.version
    write_learned(learned_path(given), learned)
    times.drive_s([ONE], [OTHER], MONDAY)
    assert times.version == before
    now[0] += given.travel_looks_every_s
    times.drive_s([ONE], [OTHER], MONDAY)
    assert times.version == GreatCircleTimes(learned).version
    assert times.spread == learned.spread
    learned_path(given).write_text("half of it")
    now[0] += given.travel_looks_every_s
    times.drive_s([ONE], [OTHER], MONDAY)
    assert times.version == GreatCircleTimes(learned).version


def test_earlier_versions_can_be_read_again(tmp_path: Path) -> None:
    given = settings(tmp_path)
    learned, copy = untaught(given), tmp_path
    for number in range(VERSIONS_KEPT + 3):
        learned = replace(untaught(given), drives=number)
        write_learned(learned_path(given), learned)
        copy = learned_path(given).with_name(f"learned-{learned.version}.json")
        os.utime(copy, (number, number))
    kept = sorted(each.name for each in learned_path(given).parent.iterdir())
    assert len(kept) == VERSIONS_KEPT + 1
    assert read_learned(given) == learned
    assert read_learned(settings(tmp_path, travel_learned=copy)) == learned


def test_every_way_of_telling_can_be_chosen(tmp_path: Path, recorded_data: Path) -> None:
    roads = recorded_data / "roads" / "central_bengaluru.graphml.gz"
    by_roads = drive_times(settings(tmp_path, travel="roads", travel_roads=roads))
    assert isinstance(by_roads, RoadTimes)
    assert by_roads.version.startswith("roads-")
    for vendor in ("osrm", "valhalla", "google"):
        key = SecretStr("secret") if vendor == "google" else None
        asked = drive_times(settings(tmp_path, travel=vendor, travel_url="http://127.0.0.1:9", travel_google_key=key))
        assert isinstance(asked, AskedTimes)
        assert asked.version.startswith(f"{vendor}-great_circle-")
        assert asked.spread == untaught(settings(tmp_path)).spread
        asked.close()


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"travel": "roads"}, SettingsError),
        ({"travel": "osrm"}, SettingsError),
        ({"travel": "valhalla"}, SettingsError),
        ({"travel": "google"}, SettingsError),
        ({"travel": "roads", "travel_roads": "nowhere.graphml"}, BadRoads),
        ({"travel_learned": "nowhere.json"}, BadLearnedDrives),
    ],
)
def test_what_is_missing_is_said_at_once(tmp_path: Path, given: dict[str, str], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        drive_times(settings(tmp_path, **given))


@pytest.mark.parametrize(
    "given",
    [{"travel_url": "ftp://x"}, {"travel_time_zone": "Mars/Olympus"}, {"travel": "guess"}, {"travel_timeout_s": 0}],
)
def test_settings_that_nobody_can_mean_are_refused(tmp_path: Path, given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="travel"):
        settings(tmp_path, **given)
