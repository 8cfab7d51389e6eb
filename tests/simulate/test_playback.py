"""Does a recorded log, played back under its own policy, give every decision again, to the byte?"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from application.dispatch.policies.names import PolicyName
from interfaces.simulate.playback import MADE, Reproduced, played_back
from tests.simulate.towns import STILL, crew, morning, played


@pytest.mark.parametrize("policy", [each for each in PolicyName if each is not PolicyName.TOURS])
@pytest.mark.parametrize("crews", [3, 8])
def test_that_a_policy_decides_again_as_it_did(policy: PolicyName, crews: int) -> None:
    moody = replace(STILL, policy=policy, decline_rate=0.3, silent_rate=0.1, answer_s=(5, 45))
    events = played(morning(30), [crew(f"crew {n}", n * 1.5) for n in range(crews)], moody).events

    found = asyncio.run(played_back(events, lambda _event: True))

    made = sum(event.topic == MADE for event in events)
    assert made > 20
    assert found == Reproduced(made, made, [])


@pytest.mark.slow
def test_that_tours_are_found_again() -> None:
    events = played(
        morning(10), [crew(f"crew {n}", n * 1.5) for n in range(3)], replace(STILL, policy=PolicyName.TOURS)
    ).events

    found = asyncio.run(played_back(events, lambda _event: True))

    assert found.decisions == found.same > 5


def test_that_another_decision_is_noticed() -> None:
    events = played(morning(5), [crew("crew")]).events
    place = next(n for n, event in enumerate(events) if event.topic == MADE)
    events[place] = type(events[place])(
        **{
            **{name: getattr(events[place], name) for name in events[place].__struct_fields__},
            "payload": events[place].payload.replace(b'"rank":1', b'"rank":2'),
        }
    )

    found = asyncio.run(played_back(events, lambda _event: True))

    assert found.others == [events[place].position]
