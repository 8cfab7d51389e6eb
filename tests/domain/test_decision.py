"""What must a decision account for, and what makes it none?"""

from dataclasses import replace

import pytest

from domain.decision import Chosen, DecidedBy, Decision, Grounds, decision_id_of
from domain.decision_terms import MOST_CANDIDATES, BadDecision
from tests.domain.decision_facts import CHOSEN, DECIDED, FARTHER, GROUNDS, NEARER, candidate
from tests.support.roadside import NOON, OFFER, OTHER_OFFER, some_id
from tests.support.rulebook import born


def make(grounds: Grounds, chosen: Chosen = CHOSEN) -> Decision:
    return Decision.make(chosen, grounds, NOON)


def test_a_decision_is_told() -> None:
    assert born(make(GROUNDS)) == DECIDED


def test_every_offer_has_one_decision() -> None:
    assert make(GROUNDS).id == decision_id_of(OFFER) != decision_id_of(OTHER_OFFER)


def test_whom_it_considered_can_be_looked_up() -> None:
    decision = make(GROUNDS)
    assert decision.candidate(FARTHER.shift_id) == FARTHER
    assert decision.candidate(some_id(7)) is None


def test_a_person_may_choose_somebody_that_was_not_considered() -> None:
    chosen = replace(CHOSEN, shift_id=some_id(7), provider_id=some_id(8))
    decision = make(replace(GROUNDS, by=DecidedBy.PERSON), chosen)
    assert decision.by is DecidedBy.PERSON


def test_a_person_may_choose_without_looking_at_anybody() -> None:
    assert make(Grounds(DecidedBy.PERSON)).considered == 0


@pytest.mark.parametrize(
    "grounds",
    [
        replace(GROUNDS, considered=6),
        replace(GROUNDS, candidates=(FARTHER, NEARER)),
        replace(GROUNDS, travel="As Ravi of the desk thinks"),
        replace(GROUNDS, ruled_out={"not_capable": 3, "busy": 0}),
        replace(GROUNDS, candidates=(FARTHER,), considered=4),
        replace(GROUNDS, candidates=(replace(NEARER, cost_milli_min=5_001), FARTHER)),
        replace(
            GROUNDS,
            candidates=(*(candidate(some_id(100 + each)) for each in range(MOST_CANDIDATES)), NEARER),
            considered=44,
        ),
    ],
    ids=[
        "does_not_add_up",
        "not_sorted",
        "a_sentence",
        "a_reason_for_nobody",
        "chose_a_stranger",
        "terms_and_cost",
        "too_many",
    ],
)
def test_a_policy_accounts_for_everybody(grounds: Grounds) -> None:
    with pytest.raises(BadDecision):
        make(grounds)
