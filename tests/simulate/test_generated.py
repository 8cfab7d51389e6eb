"""Is the generated city the same each time, and does it have weeks and a monsoon?"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.catalogue import Service
from interfaces.cli.main import main
from interfaces.simulate.demand import Call, read_demand
from interfaces.simulate.generated import city_calls, city_crews
from interfaces.simulate.supply import read_supply

DRY = datetime(2026, 3, 2, tzinfo=UTC)
WET = datetime(2026, 7, 6, tzinfo=UTC)


def share(calls: tuple[Call, ...], *services: Service) -> float:
    return sum(call.service in services for call in calls) / len(calls)


def test_the_same_seed_gives_the_same_city_and_another_gives_another() -> None:
    assert city_calls(1, DRY, 2, 200.0) == city_calls(1, DRY, 2, 200.0)
    assert city_calls(1, DRY, 2, 200.0) != city_calls(2, DRY, 2, 200.0)


def test_days_lie_end_to_end() -> None:
    both = city_calls(1, DRY, 2, 200.0)
    first = city_calls(1, DRY, 1, 200.0)
    assert both[: len(first)] == first


def test_the_monsoon_brings_more_calls_and_more_tows() -> None:
    dry, wet = city_calls(1, DRY, 14, 100.0), city_calls(1, WET, 14, 100.0)
    assert len(wet) / len(dry) == pytest.approx(1.3, abs=0.06)
    tows = (Service.TOW, Service.FLATBED_TOW, Service.WINCH_OUT)
    assert share(wet, *tows) > share(dry, *tows) + 0.04


def test_a_week_has_its_mondays_and_a_day_its_rush_hours() -> None:
    calls = city_calls(1, DRY, 28, 100.0)
    days = Counter(call.at.weekday() for call in calls)
    hours = Counter(call.at.hour for call in calls)
    assert days[0] > days[6]
    assert hours[13] > 3 * hours[21], "half past six in the evening there, against half past two at night"


def test_only_tows_have_destinations_and_crews_can_do_what_their_companies_can() -> None:
    calls = city_calls(1, DRY, 3, 200.0)
    assert {call.service for call in calls if call.drop} <= {Service.TOW, Service.FLATBED_TOW}
    assert len({crew.id for crew in city_crews(40)}) == 40
    assert any(Service.EV_CHARGE in crew.services for crew in city_crews(40))


def test_the_command_writes_what_a_simulation_reads(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        main(["city", "--out", str(tmp_path), "--days", "1", "--providers", "5", "--begins", "2026-03-02"])
    assert not left.value.code
    assert read_demand(tmp_path / "requests.csv").calls == city_calls(1, DRY, 1, 200.0)
    assert read_supply(tmp_path / "providers.csv").crews == city_crews(5)


def test_a_day_that_is_none_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["city", "--out", str(tmp_path), "--begins", "someday"])
    assert left.value.code == 2
    assert "--begins someday: write a day" in capsys.readouterr().err
