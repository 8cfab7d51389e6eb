"""Whatever is decided from: does a decision account for everybody, or is it refused, and does replay agree?"""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.decision import Candidate, DecidedBy, Decision, Grounds
from domain.decision_terms import MOST_CANDIDATES, BadDecision, RuledOut
from tests.domain.decision_facts import CHOSEN, INPUTS
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import DEPOT_CELL, NOON, PROVIDER, SHIFT, some_id

COSTS = st.dictionaries(st.sampled_from(["drive", "until_free", "passed_over"]), st.integers(0, 10**6), min_size=1)
REASONS = st.dictionaries(st.sampled_from([reason.value for reason in RuledOut]), st.integers(0, 5))


@st.composite
def all_grounds(draw: st.DrawFn) -> Grounds:
    """Grounds as a careless policy might give them: most add up, some do not."""
    candidates = [
        Candidate(SHIFT if not n else some_id(100 + n), PROVIDER, DEPOT_CELL, NOON, 60, sum(terms.values()), terms)
        for n, terms in enumerate(draw(st.lists(COSTS, max_size=MOST_CANDIDATES + 1)))
    ]
    if draw(st.integers(0, 5)):
        candidates.sort(key=lambda each: each.cost_milli_min)
    ruled_out = draw(REASONS)
    considered = len(candidates) + sum(ruled_out.values()) + draw(st.sampled_from([0, 0, 0, 1]))
    by = draw(st.sampled_from(DecidedBy))
    return Grounds(
        by,
        considered=considered,
        candidates=tuple(candidates),
        ruled_out=ruled_out,
        inputs=draw(st.sampled_from([None, INPUTS])),
    )


def is_sound(grounds: Grounds) -> bool:
    """The rule, said another way."""
    costs = [each.cost_milli_min for each in grounds.candidates]
    return (
        len(costs) <= MOST_CANDIDATES
        and all(cost <= following for cost, following in pairwise(costs))
        and grounds.considered == len(costs) + sum(grounds.ruled_out.values())
        and 0 not in grounds.ruled_out.values()
        and (grounds.by is DecidedBy.PERSON or SHIFT in {each.shift_id for each in grounds.candidates})
    )


@settings(max_examples=examples(150), deadline=None)
@given(grounds=all_grounds())
def test_sound_grounds_and_no_others_are_told(grounds: Grounds) -> None:
    try:
        told = Decision.make(CHOSEN, grounds, NOON)
    except BadDecision:
        assert not is_sound(grounds)
        return
    assert is_sound(grounds)
    machine = DecisionMachine(told)
    machine.replay_agrees()
    machine.the_process_is_restarted()
    machine.replay_agrees()


class DecisionMachine(AggregateMachine[Decision]):
    """A decision that was told: nothing can be done with it but to read it again."""

    def __init__(self, told: Decision | None = None) -> None:
        super().__init__(told or Decision.make(CHOSEN, Grounds(DecidedBy.PERSON), NOON))


TestDecision = DecisionMachine.TestCase
TestDecision.settings = settings(max_examples=examples(10), stateful_step_count=6, deadline=None)
