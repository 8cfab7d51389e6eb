"""Is nobody better than the bound, and is the bound what a city of two calls comes to?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from application.dispatch.policies.names import PolicyName
from interfaces.bench.clairvoyant import bounds
from interfaces.simulate.measures import measured
from tests.simulate.towns import STILL, call, crew, morning, played


def test_that_one_crew_serves_one_call_after_the_other() -> None:
    first, second = call("first", km=5.0), call("second", after_min=1.0, km=5.0)
    drive_min = STILL.drive(crew("crew").place, first.place).total_seconds() / 60

    found = bounds([first, second], [crew("crew")], STILL)

    assert found is not None
    # Whoever comes second has the first one's drive and work before, less the minute between the calls.
    assert found["response_mean_min"] == pytest.approx((2 * drive_min + 30 - 1) / 2, abs=0.05)
    assert found["arrived_within_30_min_percent"] == 50.0


@pytest.mark.parametrize("policy", [PolicyName.NEAREST, PolicyName.ASSIGNMENT])
@pytest.mark.parametrize("seed", [1, 2])
def test_that_no_policy_is_better_than_the_bound(policy: PolicyName, seed: int) -> None:
    calls = [replace(each, drop=None, patience_s=None) for each in morning(30, seed)]
    crews = [crew(f"crew {n}", n * 2.0) for n in range(4)]

    found = bounds(calls, crews, STILL)
    came = measured(played(calls, crews, replace(STILL, policy=policy)))

    assert found is not None
    assert found["response_mean_min"] > 0
    for name in ("response_mean_min", "response_p50_min", "response_p90_min"):
        assert found[name] <= float(str(came[name])) + 0.001
    assert found["arrived_within_30_min_percent"] >= float(str(came["arrived_within_30_min_percent"]))


def test_that_whoever_cannot_be_reached_in_time_expires() -> None:
    soon = [call(f"call {n}", patience_s=600.0) for n in range(3)]

    found = bounds(soon, [crew("crew")], STILL)

    assert found is not None
    assert found["expired_percent"] == pytest.approx(66.667)


def test_that_there_is_no_bound_where_drives_have_noise_or_nobody_calls() -> None:
    assert bounds([call("call")], [crew("crew")], replace(STILL, travel_noise=0.3)) is None
    assert bounds([], [crew("crew")], STILL) is None
