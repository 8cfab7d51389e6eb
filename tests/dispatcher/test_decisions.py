"""Has every offer of a story its one decision, and is it proven again by folding the log up to where it was decided?"""

from copy import deepcopy
from dataclasses import replace

import pytest

from application.dispatch.approach import Pace
from application.dispatch.policies.catalogue import POLICIES
from application.dispatch.policies.names import PolicyName
from application.dispatch.reconsidered import Against, against
from application.dispatch.rounds import Judgement, Rounds
from application.dispatch.why_not import NearerBy, Told, WhyNot, why_not
from domain.actor import Actor
from domain.decision import DecidedBy, Decision
from domain.decision_terms import Candidate, RuledOut
from infra.event_store.codec import replay
from infra.in_memory.folding import fact_of
from infra.queries.board_then import board_then, request_then, search_of
from projections.decisions import decisions
from projections.fact import Fact
from tests.dispatcher.city import OFFER_TTL, City, near
from tests.support.roadside import some_id

pytestmark = pytest.mark.anyio


def told(city: City) -> list[Decision]:
    """Every decision of the log, the oldest first."""
    return [
        replay(event.stream_id, [(1, event.topic, event.payload, event.occurred_at)])  # type: ignore[misc]  # it is one
        for event in city.log.events
        if event.topic == "decision.made"
    ]


def facts(city: City, kind: str) -> list[Fact]:
    return [fact_of(event) for event in city.log.events if event.topic.startswith(f"{kind}.")]


def again(city: City, decision: Decision, who: Actor) -> list[Against]:
    """How a provider stood, from the whole log as it is now."""
    inputs = decision.inputs
    assert inputs is not None
    assert who.subject_id is not None
    of_request = [
        fact
        for fact in facts(city, "service_request")
        if fact.stream_id == decision.request_id and fact.version <= inputs.request_version
    ]
    row = request_then(of_request)
    assert row is not None
    shifts = [fact for fact in facts(city, "shift") if fact.position <= inputs.shifts_upto]
    then = board_then(decision, inputs, search_of(row, inputs), shifts, {})
    return against(decision, then, who.subject_id, Pace())


async def test_every_offer_of_a_story_has_exactly_one_decision() -> None:
    city = City()
    one, _ = await city.on_duty(near(1))
    two, _ = await city.on_duty(near(2))
    request_id = await city.calls()
    await city.rounds()
    await city.declines(one, request_id)
    await city.rounds()
    city.later(seconds=OFFER_TTL.total_seconds() + 1)
    await city.rounds()
    offers, found = city.offers(request_id), told(city)
    assert len(offers) == len(found) > 1
    assert {each.offer_id for each in found} == {row.offer_id for row in offers}
    assert [each.provider_id for each in found[:2]] == [one.subject_id, two.subject_id]
    for decision in found:
        assert decision.by is DecidedBy.POLICY
        assert decision.considered == len(decision.candidates) + sum(decision.ruled_out.values())
        assert decision.candidate(decision.shift_id) is not None
    assert found[1].ruled_out == {"declined_before": 1}
    assert {row.decision_id for row in city.board.rows(decisions)} == {each.id for each in found}


async def test_a_decision_is_saved_with_its_offer_or_not_at_all() -> None:
    city = City()
    await city.on_duty(near(1))
    await city.calls()
    await city.rounds()
    by_command: dict[object, set[str]] = {}
    for event in city.log.events:
        by_command.setdefault(event.command_id, set()).add(event.topic)
    of_offers = [topics for topics in by_command.values() if "offer.made" in topics]
    assert of_offers
    assert all("decision.made" in topics for topics in of_offers)
    assert sum("decision.made" in topics for topics in by_command.values()) == len(of_offers)


async def test_what_was_told_is_the_same_when_it_is_worked_out_again() -> None:
    city = City()
    crews = [(await city.on_duty(near(kilometres)))[0] for kilometres in (3, 1, 2, -5)]
    request_id = await city.calls()
    await city.rounds()
    (decision,) = told(city)
    await city.accepts(crews[1], request_id)
    await city.on_duty(near(0))
    for who in crews:
        (stored,) = again(city, decision, who)
        assert stored.is_told
        # As if it had not been told of: everything but whom the plan gave it to follows from the log.
        others = tuple(each for each in decision.candidates if each.provider_id != who.subject_id)
        blank = _with(decision, others)
        (worked_out,) = again(city, blank, who)
        assert worked_out.candidate == replace(_candidate(stored), given_to_rank=None)
        assert worked_out.is_proven
        assert not worked_out.is_told


async def test_what_was_not_known_then_is_not_proven() -> None:
    city = City()
    await city.on_duty(near(1))
    farther, _ = await city.on_duty(near(2))
    await city.calls()
    await city.rounds()
    (decision,) = told(city)
    assert decision.inputs is not None
    others = tuple(each for each in decision.candidates if each.provider_id != farther.subject_id)
    forged = _with(decision, others)
    forged.inputs = replace(decision.inputs, board_digest="0" * 32)
    assert not again(city, forged, farther)[0].is_proven
    forged.inputs = decision.inputs
    forged.travel = "another"
    assert not again(city, forged, farther)[0].is_proven
    forged.travel = decision.travel
    assert again(city, forged, farther)[0].is_proven


async def test_a_nearer_position_that_no_event_knows_is_kept_by_the_candidates() -> None:
    city = City()
    _, moved = await city.on_duty(near(9))
    other, _ = await city.on_duty(near(3))
    await city.says_it_is_at(moved, 1)
    await city.calls()
    await city.rounds()
    (decision,) = told(city)
    assert decision.shift_id == moved
    (stood,) = again(city, _with(decision, decision.candidates[:1]), other)
    assert stood.is_proven


async def test_who_rests_or_works_is_counted_and_told_so() -> None:
    city = City()
    working, _ = await city.on_duty(near(1))
    first = await city.calls()
    await city.rounds()
    await city.accepts(working, first)
    far, _ = await city.on_duty(near(4))
    await city.calls(near(0.2))
    city.later(seconds=5)
    await city.rounds()
    decision = told(city)[-1]
    assert decision.provider_id == far.subject_id
    assert decision.ruled_out == {"busy": 1}
    (busy,) = again(city, decision, working)
    assert (busy.ruled_out, busy.candidate) == (RuledOut.BUSY, None)
    assert working.subject_id is not None
    assert why_not(decision, working.subject_id, [busy]) == Told(WhyNot.BUSY)


def stood(decision: Decision, **news: object) -> Against:
    """Some shift that could have been asked, and how it stood."""
    chosen = decision.candidates[0]
    own = Candidate(some_id(7), some_id(8), chosen.cell, chosen.free_at, chosen.drive_s, chosen.cost_milli_min, {})
    known: dict[str, object] = {
        "candidate": own, "ruled_out": None, "is_asked": False, "is_told": True, "is_proven": True, "away_m": 900,
        **news,
    }  # fmt: skip
    return Against(some_id(7), some_id(8), **known)  # type: ignore[arg-type]  # a test's own names


async def test_bands_and_reasons_that_a_provider_is_told() -> None:
    city = City()
    await city.on_duty(near(1))
    await city.calls()
    await city.rounds()
    (decision,) = told(city)
    own = _candidate(stood(decision))

    def answer(**news: object) -> Told | None:
        return why_not(decision, some_id(8), [stood(decision, **news)])

    def later(minutes: float) -> Candidate:
        more = round(minutes * 1_000)
        return replace(own, drive_s=own.drive_s + round(minutes * 60), cost_milli_min=own.cost_milli_min + more)

    assert answer(candidate=later(1)) == Told(WhyNot.SOMEBODY_NEARER, NearerBy.UNDER_5_MIN)
    assert answer(candidate=later(5)) == Told(WhyNot.SOMEBODY_NEARER, NearerBy.UNDER_15_MIN)
    assert answer(candidate=later(15)) == Told(WhyNot.SOMEBODY_NEARER, NearerBy.UNDER_30_MIN)
    assert answer(candidate=later(30)) == Told(WhyNot.SOMEBODY_NEARER, NearerBy.OVER_30_MIN)
    assert answer(candidate=later(60), ruled_out=RuledOut.DEARER) == Told(WhyNot.SOMEBODY_NEARER, NearerBy.OVER_30_MIN)
    assert answer() == Told(WhyNot.BETTER_ALTOGETHER)
    assert answer(candidate=replace(own, given_to_rank=1)) == Told(WhyNot.MEANT_FOR_ANOTHER)
    assert answer(ruled_out=RuledOut.RESTING) == Told(WhyNot.RESTING)
    let_pass = replace(own, cost_milli_min=9_999_999, terms_milli_min={"passed_over": 1_440_000})
    assert answer(candidate=let_pass) == Told(WhyNot.LAPSED_BEFORE)
    assert answer(candidate=None, ruled_out=RuledOut.ON_BREAK) == Told(WhyNot.ON_BREAK)
    assert answer(away_m=50_001) is None
    assert why_not(decision, some_id(8), []) is None
    assert why_not(decision, decision.provider_id, []) == Told(WhyNot.ASKED)


def test_each_reason_that_a_shift_alone_can_have_is_one_that_its_provider_is_told() -> None:
    ends_in_a_comparison = {RuledOut.DEARER}
    assert {WhyNot(each.value) for each in RuledOut if each not in ends_in_a_comparison} <= set(WhyNot)


def _candidate(stood: Against) -> Candidate:
    assert stood.candidate is not None
    return stood.candidate


def _with(decision: Decision, candidates: tuple[Candidate, ...]) -> Decision:
    """The same decision, as if it had told only these; who is left out counts as dearer."""
    copy = deepcopy(decision)
    copy.candidates = candidates
    copy.ruled_out = {**decision.ruled_out, "dearer": 1}
    return copy


@pytest.mark.parametrize("name", list(POLICIES))
async def test_every_policy_gives_grounds_that_hold(name: PolicyName) -> None:
    city = City()
    city.dispatch = Rounds(
        city.board, city.engine, city.limits, city.told, city.rules, judgement=Judgement(policy=POLICIES[name]())
    )
    crews = [(await city.on_duty(near(kilometres)))[0] for kilometres in (1, 2, 3, -2)]
    requests = [await city.calls(near(kilometres)) for kilometres in (0, 0.5, 1)]
    for _ in range(12):
        await city.rounds()
        city.later(seconds=9)
    found = told(city)
    assert {each.request_id for each in found} <= set(requests)
    assert found
    assert len(found) == sum(len(city.offers(request_id)) for request_id in requests)
    for decision in found:
        assert decision.policy == name.value
        for who in crews:
            for stood_then in again(city, decision, who):
                assert stood_then.is_proven or stood_then.ruled_out is RuledOut.BUSY
