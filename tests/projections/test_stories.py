"""Do board, customer's view and timers say at every moment what the request itself would say?"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from domain.aggregate import events_of, shape_of
from domain.request_acts import acts_open
from domain.request_terms import CLOSED, RequestState
from domain.service_request import ServiceRequest
from infra.event_store import codec
from interfaces.http.request_views import standing_of
from projections.customer_requests import CustomerRequestRow, customer_requests
from projections.fact import Fact
from projections.read_model import Key, ReadModel
from projections.request_board import request_board
from projections.request_row import RequestRow
from projections.timers import TimerRow, timers
from tests.projections.stories import STORIES, Story, facts_of_log
from tests.projections.telling import R
from tests.support.memory_log import MemoryEventLog
from tests.support.roadside import DESK_ACTOR, TENANT, THE_CUSTOMER, THE_PROVIDER

pytestmark = pytest.mark.anyio

WAITS_FOR = {
    RequestState.QUOTED: "quote_expires",
    RequestState.SCHEDULED: "release_due",
    RequestState.SEARCHING: "search_due",
}
"""What a request in that state waits for: nothing is ever searching without a timer (I3)."""


def moments(log: MemoryEventLog) -> Iterator[tuple[Fact, ServiceRequest]]:
    """Every fact about a request, and the request as it stood then."""
    told: dict[UUID, list[tuple[int, str, bytes, object]]] = {}
    for fact, event in zip(facts_of_log(log), log.events, strict=True):
        stream = told.setdefault(event.stream_id, [])
        stream.append((event.version, event.topic, event.payload, event.occurred_at))
        aggregate = codec.replay(event.stream_id, stream)  # type: ignore[arg-type]  # instants of a log
        if isinstance(aggregate, ServiceRequest):
            yield fact, aggregate


def fold(model: ReadModel[R], rows: dict[Key, R], fact: Fact) -> None:
    """One fact, by the read model's own rule."""
    rule = model.rules.get(fact.topic)
    if rule is None:
        return
    key = rule.key(fact)
    assert key is not None
    row = rule.fold(rows.get(key), fact)
    if row is None:
        rows.pop(key, None)
    else:
        rows[key] = row


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_the_board_says_what_the_request_says(story: Story) -> None:
    world = await story()
    rows: dict[Key, RequestRow] = {}
    for fact, request in moments(world.log):
        fold(request_board, rows, fact)
        row = rows[TENANT, request.id]
        same_standing(row, request)
        same_money(row, request)


def same_standing(row: RequestRow, request: ServiceRequest) -> None:
    held, live = request.assignment, request.live_offer
    assert (row.state, row.version, row.attempt, row.service) == (
        request.state,
        request.version,
        request.attempt,
        request.service,
    )
    assert (row.provider_id, row.live_offer_id) == (held and held.provider_id, live and live.offer_id)
    assert (row.drop_cell, row.radius_m, row.escalation) == (request.drop_cell, request.radius_m, request.escalation)
    assert (row.sos, row.hazards, row.zone_id) == (request.sos, request.hazards, request.zone_id)
    assert (row.start_tries, len(row.evidence)) == (request.start_code_tries, len(request.evidence))
    assert (row.contact_attempts, row.gone_confirms_at) == (request.contact_attempts, request.gone_confirms_at)
    assert set(row.declined_by) == request.declined_by
    told = request.promise
    assert (row.promise, row.promise_due_at) == (request.promise_state, told and told.due_at)
    assert (row.p50_at, row.p80_at) == (told and told.promised.p50_at, told and told.promised.p80_at)
    for actor in (DESK_ACTOR, THE_CUSTOMER, THE_PROVIDER):
        assert acts_open(actor, standing_of(row)) == request.can(actor), row


def same_money(row: RequestRow, request: ServiceRequest) -> None:
    quote, fare, settlement = request.quote, request.fare, request.settlement
    assert (row.quote_version, row.quoted_minor) == (quote and quote.quote_version, quote and quote.total_minor)
    assert row.quote_valid_until == (quote and quote.valid_until)
    assert row.confirmed_quote == request.confirmed_quote
    assert (row.payment_method or "none") == request.payment_method
    assert (row.fare_version, row.fare_minor) == (fare and fare.fare_version, fare and fare.total_minor)
    assert (row.outcome, row.settled_minor) == (
        settlement and settlement.outcome,
        settlement and settlement.amount_minor,
    )


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_a_customer_sees_the_state_and_the_price(story: Story) -> None:
    world = await story()
    rows: dict[Key, CustomerRequestRow] = {}
    for fact, request in moments(world.log):
        fold(customer_requests, rows, fact)
        row = rows[TENANT, request.id]
        held = request.assignment
        assert (row.state, row.version, row.service) == (request.state, request.version, request.service)
        assert row.provider_id == (held and held.provider_id)
        assert (row.ended_at is not None) == (request.state in CLOSED)
    assert all(row.steps[0]["what"] == "requested" for row in rows.values())


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_whatever_waits_has_its_timer(story: Story) -> None:
    world = await story()
    rows: dict[Key, TimerRow] = {}
    positions = {event.position: event for event in world.log.events}
    for fact, request in moments(world.log):
        fold(timers, rows, fact)
        following = positions.get(fact.position + 1)
        if following is not None and following.command_id == positions[fact.position].command_id:
            continue  # within a save nothing can be seen
        row = rows.get((TENANT, request.id))
        wanted = WAITS_FOR.get(request.state)
        if request.state is RequestState.ON_SCENE and request.gone_confirms_at is not None:
            wanted = "gone_confirms"
        assert (row.kind if row else None) == wanted, (fact, row)
        if row is not None and request.state is RequestState.SEARCHING and request.widens_at:
            assert row.due_at == request.widens_at


@pytest.mark.parametrize("model", [request_board, customer_requests], ids=lambda model: model.name)
def test_every_fact_of_a_request_is_folded(model: ReadModel[R]) -> None:
    """One that is not would leave the version behind, and If-Match would refuse everybody."""
    assert {shape_of(each).topic for each in events_of(ServiceRequest)} <= model.rules.keys()


async def test_the_stories_tell_nearly_every_fact() -> None:
    told = {event.topic for story in STORIES for event in (await story()).log.events}
    known = {shape_of(each).topic for each in events_of(ServiceRequest)}
    assert known - told <= {"service_request.acknowledgement_asked", "service_request.acknowledged"}
