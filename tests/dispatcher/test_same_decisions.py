"""Does dispatch still decide what it decided before it was made faster, and tell the same grounds?

A fingerprint of what all policies decide in small cities drawn at random. It was taken before the columns of units were
shared. Whoever changes it on purpose raises the version of the policy (``Policy.version``) and says so in an ADR.
"""

from dataclasses import replace
from datetime import timedelta
from hashlib import blake2b

import pytest

from application.dispatch.approach import Pace
from application.dispatch.considered import Considering
from application.dispatch.policies.catalogue import POLICIES
from application.dispatch.policies.names import PolicyName
from domain.travel.great_circle import GreatCircleTimes
from tests.dispatcher.small_cities import small_city

CITIES = 25
BEFORE = {
    PolicyName.NEAREST_FIRST_COME: "8c33cf9c3bf008de",
    PolicyName.NEAREST: "5a08c80ac9a53c5d",
    PolicyName.BROADCAST: "88baac382f2e7911",
    PolicyName.LOOK_AHEAD: "70ab8930c9bce761",
    PolicyName.ASSIGNMENT: "75bb978340709c1f",
    PolicyName.TOURS: "4f88eb9c29880c20",
}


@pytest.mark.parametrize("name", list(PolicyName))
def test_decisions_and_grounds_are_those_of_before(name: PolicyName) -> None:
    told = blake2b(digest_size=8)
    for travel in (Pace(), GreatCircleTimes()):
        policy = POLICIES[name]()
        for seed in range(CITIES):
            city = small_city(seed, seed % 11, (seed * 7) % 90)
            city = replace(city, travel=travel, at=city.at + timedelta(seconds=seed))
            plan = policy.decide(city)
            grounds = Considering(policy, city, plan).of_each(plan.now)
            offered = [(match.search.request_id, match.unit.shift.shift_id) for match in plan.now]
            said = repr((offered, sorted(plan.unserved.items()), plan.work, grounds))
            told.update(said.replace(", knows_cash_limits=False", "").encode())  # came later: nobody is stopped here
    assert told.hexdigest() == BEFORE[name]
