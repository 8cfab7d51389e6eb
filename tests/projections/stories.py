"""Which stories of requests do the tests of read models fold? Told by the use cases themselves, to a log in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from application.accept_offer import AcceptOffer, accept_offer
from application.approve_fare import ApproveFare, approve_fare
from application.attempt_contact import AttemptContact, attempt_contact
from application.break_promise import BreakPromise, break_promise
from application.cancel_request import CancelRequest, cancel_request
from application.change_drop import ChangeDrop, change_drop
from application.change_need import ChangeNeed, change_need
from application.collect_cash import CollectCash, collect_cash
from application.confirm_arrival import ConfirmArrival, confirm_arrival
from application.confirm_gone import ConfirmGone, confirm_gone
from application.confirm_request import ConfirmRequest, confirm_request
from application.decline_offer import DeclineOffer, decline_offer
from application.deny_gone import DenyGone, deny_gone
from application.dispute_fare import DisputeFare, dispute_fare
from application.end_unsuccessful import EndUnsuccessful, end_unsuccessful
from application.escalate_request import EscalateRequest, escalate_request
from application.expire_quote import ExpireQuote, expire_quote
from application.give_up_search import GiveUpSearch, give_up_search
from application.issue_quote import IssueQuote, issue_quote
from application.make_offer import MakeOffer, make_offer
from application.merge_requests import MergeRequests, merge_requests
from application.promises import PriorPromises
from application.propose_fare import ProposeFare, propose_fare
from application.propose_need_change import ProposeNeedChange, propose_need_change
from application.put_promise_at_risk import PutPromiseAtRisk, put_promise_at_risk
from application.raise_sos import RaiseSos, raise_sos
from application.record_triage import RecordTriage, record_triage
from application.refuse_drop import RefuseDrop, refuse_drop
from application.reject_need_change import RejectNeedChange, reject_need_change
from application.release_for_dispatch import ReleaseForDispatch, release_for_dispatch
from application.release_job import ReleaseJob, release_job
from application.report_gone import ReportGone, report_gone
from domain.catalogue import Service
from domain.offer import DeclineReason
from domain.price_terms import PaymentMethod
from domain.request_ending import ContactChannel, WhyUnsuccessful
from domain.request_fare import WhyDisputed
from domain.request_search import EscalationReason
from domain.request_terms import CancelReason, Hazard, Need, RevokeReason, TriageSource
from domain.request_transit import WhyRefused
from infra.event_store.codec import decode
from projections.fact import Fact
from tests.application.priced import FARTHER_CELL, FLAT_TYRE, GARAGE_CELL, PricedWorld, searching
from tests.application.world import World
from tests.projections.stories_of_turns import TURNS
from tests.support.memory_log import MemoryEventLog
from tests.support.roadside import (
    ANOTHER_PROVIDER,
    BREAKDOWN_CELL,
    DESK_ACTOR,
    DISPATCHER,
    LAPSE,
    NOON,
    OFFER,
    OTHER_OFFER,
    OTHER_REQUEST,
    OTHER_SHIFT,
    REQUEST,
    SHIFT,
    SOON,
    THE_CUSTOMER,
    THE_PROVIDER,
)

Story = Callable[[], Awaitable[World]]


def facts_of_log(log: MemoryEventLog) -> list[Fact]:
    """What was recorded, as read models see it."""
    return [
        Fact(
            event.position,
            event.tenant,
            event.stream_id,
            event.version,
            event.topic,
            event.payload,
            event.actor,
            event.occurred_at,
            decode,
        )
        for event in log.events
    ]


async def free_of_charge() -> World:
    world = await World().held()
    await world.drive()
    await world.arrive()
    await world.complete()
    return world


async def towed_to_another_garage() -> World:
    world = await PricedWorld().at_drop()
    await world.run(refuse_drop, RefuseDrop(THE_PROVIDER, REQUEST, WhyRefused.CLOSED, world.now))
    await world.run(change_drop, ChangeDrop(THE_CUSTOMER, REQUEST, FARTHER_CELL, world.now))
    await world.drive_to_drop(FARTHER_CELL)
    await world.hand_over()
    await world.finish()
    await world.run(approve_fare, ApproveFare(THE_CUSTOMER, REQUEST, 1, world.now))
    return world


async def disputed_and_paid_in_cash() -> World:
    world = await PricedWorld().done(method=PaymentMethod.CASH)
    await world.order(propose_fare, ProposeFare(THE_PROVIDER, REQUEST, 30_000, 0, world.now))
    await world.run(dispute_fare, DisputeFare(THE_CUSTOMER, REQUEST, 1, WhyDisputed.PARTS, world.now))
    await world.order(propose_fare, ProposeFare(THE_PROVIDER, REQUEST, 20_000, 0, world.now))
    done = await world.run(approve_fare, ApproveFare(DESK_ACTOR, REQUEST, 2, world.now))
    fare = done.answer["fare"]
    assert isinstance(fare, dict)
    await world.run(collect_cash, CollectCash(THE_PROVIDER, REQUEST, fare["total_minor"], "INR", world.now))
    return world


async def given_back_and_changed() -> World:
    world = await PricedWorld().assigned()
    await world.order(release_job, ReleaseJob(DESK_ACTOR, REQUEST, RevokeReason.STALLED, world.now))
    await world.assign(OTHER_OFFER)
    await world.come()
    await world.start("0000")
    need = Need(Service.TOW, GARAGE_CELL)
    await world.run(propose_need_change, ProposeNeedChange(THE_PROVIDER, REQUEST, need, world.now))
    await world.run(reject_need_change, RejectNeedChange(THE_CUSTOMER, REQUEST, world.now))
    winch = Need(Service.WINCH_OUT, None)
    await world.run(propose_need_change, ProposeNeedChange(THE_PROVIDER, REQUEST, winch, world.now))
    await world.order(change_need, ChangeNeed(THE_CUSTOMER, REQUEST, None, 10**7, world.now))
    await world.run(escalate_request, EscalateRequest(DESK_ACTOR, REQUEST, 2, EscalationReason.DESK, world.now))
    await world.run(give_up_search, GiveUpSearch(DISPATCHER, REQUEST, world.now))
    return world


async def gone_after_all() -> World:
    world = await PricedWorld().on_scene()
    for _ in range(2):
        await world.run(attempt_contact, AttemptContact(THE_PROVIDER, REQUEST, ContactChannel.CALL, world.now))
    world.minutes += 10
    for answer in (deny_gone, None):
        now = world.now
        await world.run(report_gone, ReportGone(THE_PROVIDER, REQUEST, now + timedelta(minutes=5), now))
        if answer:
            await world.run(answer, DenyGone(THE_CUSTOMER, REQUEST, world.now))
    world.minutes += 10
    await world.run(confirm_gone, ConfirmGone(DISPATCHER, REQUEST, world.now))
    return world


async def scheduled_and_called_off() -> World:
    world = PricedWorld()
    await world.open_both()
    await world.fill_wallet()
    later = NOON + timedelta(hours=3)
    await world.ask(replace(FLAT_TYRE, scheduled_for=later), PaymentMethod.WALLET)
    await world.order(release_for_dispatch, ReleaseForDispatch(DISPATCHER, REQUEST, later))
    world.minutes += 180
    await world.assign()
    world.minutes += 10
    await world.run(cancel_request, CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.OTHER, world.now))
    return world


async def in_danger_and_in_vain() -> World:
    world = PricedWorld()
    await world.open_both()
    await world.ask()
    await world.order(raise_sos, RaiseSos(THE_CUSTOMER, REQUEST, world.now))
    smoke = RecordTriage(DESK_ACTOR, REQUEST, TriageSource.DESK, (Hazard.SMOKE,), 90, world.now)
    await world.run(record_triage, smoke)
    await world.assign()
    await world.order(confirm_request, ConfirmRequest(THE_CUSTOMER, REQUEST, 1, PaymentMethod.CASH, world.now))
    await world.come()
    await world.run(end_unsuccessful, EndUnsuccessful(THE_PROVIDER, REQUEST, WhyUnsuccessful.NOT_REPAIRABLE, world.now))
    return world


async def declined_merged_and_expired() -> World:
    world = await searching()
    await world.offer(shift_id=OTHER_SHIFT)
    await world.run(decline_offer, DeclineOffer(ANOTHER_PROVIDER, OFFER, DeclineReason.BUSY, NOON))
    await world.ask(FLAT_TYRE, None, OTHER_REQUEST)
    await world.run(merge_requests, MergeRequests(DESK_ACTOR, REQUEST, OTHER_REQUEST, world.now))
    await world.order(issue_quote, IssueQuote(DESK_ACTOR, OTHER_REQUEST, world.now))
    world.minutes += 60
    await world.run(expire_quote, ExpireQuote(DISPATCHER, OTHER_REQUEST, world.now))
    return world


async def promised_and_kept() -> World:
    world = await promised()
    await world.drive()
    await world.run(confirm_arrival, ConfirmArrival(THE_PROVIDER, REQUEST, BREAKDOWN_CELL, SOON + 0.5 * APPROACH))
    return world


async def promised_and_broken() -> World:
    world = await promised()
    await world.run(put_promise_at_risk, PutPromiseAtRisk(DISPATCHER, REQUEST, SOON + 1.5 * APPROACH))
    await world.run(break_promise, BreakPromise(DISPATCHER, REQUEST, SOON + 3 * APPROACH))
    return world


async def promised_and_called_off() -> World:
    world = await promised()
    await world.run(cancel_request, CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.SAFETY, SOON + 0.1 * APPROACH))
    return world


async def promised() -> World:
    world = World()
    await world.open_both()
    await world.request()
    eta_s = round(APPROACH.total_seconds())
    await world.run(make_offer, MakeOffer(DISPATCHER, REQUEST, OFFER, SHIFT, LAPSE, NOON, eta_s=eta_s))
    await world.run(partial(accept_offer, promises=PriorPromises()), AcceptOffer(THE_PROVIDER, OFFER, SOON))
    return world


APPROACH = timedelta(minutes=20)

STORIES: Iterable[Story] = (
    promised_and_kept,
    promised_and_broken,
    promised_and_called_off,
    free_of_charge,
    towed_to_another_garage,
    disputed_and_paid_in_cash,
    given_back_and_changed,
    gone_after_all,
    scheduled_and_called_off,
    in_danger_and_in_vain,
    declined_merged_and_expired,
    *TURNS,
)
