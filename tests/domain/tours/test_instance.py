"""Which snapshots are taken, and what is said about the others?"""

import pytest

from domain.tours.instance import BadInstance, instance_of

GOOD: dict[str, object] = {
    "drive_min_units": [[1, 2]],
    "drive_min": [[0, 3], [4, 0]],
    "free_min": [0],
    "deadline_min": [-5, 10],
    "work_min": [20, 20],
    "contractor_cost": [180, 180],
    "capable": [[True, False]],
}


def test_a_tour_costs_minutes_driven_and_minutes_late() -> None:
    instance = instance_of(GOOD)
    assert instance.tour_cost(0, ()) == 0
    assert instance.tour_cost(0, (0,)) == 1 + 6, "a minute's drive, to where we should have been five minutes ago"
    assert instance.tour_cost(0, (0, 1)) == 1 + 6 + 3 + 14, "there at 24 instead of 10"


def test_no_units_and_no_jobs_are_snapshots_too() -> None:
    nobody = instance_of({**GOOD, "drive_min_units": [], "free_min": [], "capable": []})
    assert (nobody.units, nobody.jobs) == (0, 2)
    empty: dict[str, object] = {name: [] for name in ("drive_min", "deadline_min", "work_min", "contractor_cost")}
    nothing = instance_of({**GOOD, **empty, "drive_min_units": [[]], "capable": [[]]})
    assert (nothing.units, nothing.jobs) == (1, 0)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("drive_min", [[0, 3]], "drive_min: 2 x 2 expected, 1 x 2 found"),
        ("drive_min", [[0, 3], [4]], "drive_min: rows of numbers of one length are expected"),
        ("work_min", [20, "x"], "work_min: rows of numbers"),
        ("work_min", [20, float("nan")], "work_min: every number has to be finite"),
        ("work_min", [20, -1], "work_min: numbers from 0 to 100000 are expected"),
        ("contractor_cost", [1, 1e9], "contractor_cost: numbers from 0"),
        ("capable", [[True, 7]], "capable: only true and false are meant"),
        ("free_min", 3, "free_min: a list of numbers is expected"),
        ("deadline_min", [0] * 5001, "5001 jobs x 1 units: at most 5000 x 5000"),
    ],
)
def test_what_is_wrong_is_said(field: str, value: object, told: str) -> None:
    with pytest.raises(BadInstance) as refused:
        instance_of({**GOOD, field: value})
    assert told in refused.value.detail


def test_what_is_missing_is_said() -> None:
    with pytest.raises(BadInstance, match="the instance lacks free_min, capable"):
        instance_of({name: value for name, value in GOOD.items() if name not in ("free_min", "capable")})
