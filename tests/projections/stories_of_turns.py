"""Which stories are told of drives that are watched, shares raised, merges undone, tows in two legs or kept ready?"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from application.call_about_drive import CallAboutDrive, call_about_drive
from application.continue_search import ContinueSearch, Ladder, continue_search
from application.dismiss_merge import DismissMerge, dismiss_merge
from application.merge_requests import MergeRequests, merge_requests
from application.nudge_drive import NudgeDrive, nudge_drive
from application.plan_leg import PlanLeg, plan_leg
from application.release_tow import ReleaseTow, release_tow
from application.reserve_tow import ReserveTow, reserve_tow
from application.resume_drive import ResumeDrive, resume_drive
from application.suggest_merge import SuggestMerge, suggest_merge
from application.swap_provider import SwapProvider, swap_provider
from application.take_from_drive import TakeFromDrive, take_from_drive
from application.tell_eta import TellEta, tell_eta
from application.undo_merge import UndoMerge, undo_merge
from domain.drive_watch import Doubt
from domain.price_terms import PaymentMethod
from domain.request_standby import WhyReleased
from tests.application.priced import FARTHER_CELL, FLAT_TYRE, PricedWorld, at
from tests.support.roadside import (
    BREAKDOWN_CELL,
    DESK_ACTOR,
    DISPATCHER,
    OFFER,
    OTHER_OFFER,
    OTHER_REQUEST,
    OTHER_SHIFT,
    REQUEST,
    THE_CUSTOMER,
    THE_PROVIDER,
)

if TYPE_CHECKING:
    from tests.application.world import World


async def asked_believed_and_sent_back() -> World:
    world = await PricedWorld().assigned()
    await world.run(nudge_drive, NudgeDrive(DISPATCHER, REQUEST, OFFER, Doubt.STALLED, 3_000, world.now))
    await world.run(call_about_drive, CallAboutDrive(DISPATCHER, REQUEST, OFFER, world.now))
    await world.run(tell_eta, TellEta(THE_PROVIDER, REQUEST, 900, world.now))
    await world.run(nudge_drive, NudgeDrive(DISPATCHER, REQUEST, OFFER, Doubt.DARK, 3_000, world.now))
    await world.run(resume_drive, ResumeDrive(DISPATCHER, REQUEST, OFFER, world.now))
    world.minutes = 20
    swap = SwapProvider(
        DISPATCHER, REQUEST, OFFER, OTHER_SHIFT, OTHER_OFFER, 600, 300, BREAKDOWN_CELL, at(21.4), at(21), may_ask=True
    )
    await world.order(swap_provider, swap)
    return world


async def asked_and_replaced() -> World:
    world = await PricedWorld().assigned()
    await world.run(nudge_drive, NudgeDrive(DISPATCHER, REQUEST, OFFER, Doubt.DARK, 3_000, world.now))
    after = timedelta(seconds=25)
    await world.order(take_from_drive, TakeFromDrive(DISPATCHER, REQUEST, OFFER, None, after, world.now))
    return world


async def suggested_dismissed_merged_and_undone() -> World:
    world = PricedWorld()
    await world.open_both()
    await world.fill_wallet()
    await world.ask(pays_by=PaymentMethod.WALLET)
    await world.ask(FLAT_TYRE, PaymentMethod.CASH, OTHER_REQUEST)
    await world.run(suggest_merge, SuggestMerge(DISPATCHER, REQUEST, OTHER_REQUEST, 80, world.now))
    await world.run(dismiss_merge, DismissMerge(DESK_ACTOR, REQUEST, world.now))
    await world.run(merge_requests, MergeRequests(DESK_ACTOR, REQUEST, OTHER_REQUEST, world.now))
    await world.order(undo_merge, UndoMerge(DESK_ACTOR, REQUEST, world.now))
    world.minutes += 5
    go_on = partial(continue_search, trade=world.trade, ladder=Ladder())
    for _ in range(6):
        world.minutes += 11
        await world.run(go_on, ContinueSearch(DISPATCHER, REQUEST, world.now))
    return world


async def quoted_merged_and_undone() -> World:
    world = PricedWorld()
    await world.open_both()
    await world.ask()
    await world.ask(FLAT_TYRE, None, OTHER_REQUEST)
    await world.run(merge_requests, MergeRequests(DESK_ACTOR, REQUEST, OTHER_REQUEST, world.now))
    await world.order(undo_merge, UndoMerge(DESK_ACTOR, REQUEST, world.now))
    return world


async def towed_in_two_legs() -> World:
    world = await PricedWorld().at_drop()
    await world.order(plan_leg, PlanLeg(THE_CUSTOMER, REQUEST, FARTHER_CELL, at(1_200), 10**7, world.now))
    await world.hand_over()
    await world.finish()
    return world


async def a_tow_kept_ready_and_not_needed() -> World:
    world = await PricedWorld().assigned()
    now = world.now
    ready = ReserveTow(DISPATCHER, REQUEST, OTHER_SHIFT, now + timedelta(minutes=45), 55, now)
    await world.run(reserve_tow, ready)
    await world.run(release_tow, ReleaseTow(DISPATCHER, REQUEST, WhyReleased.NOT_NEEDED, world.now))
    return world


TURNS = (
    asked_believed_and_sent_back,
    asked_and_replaced,
    suggested_dismissed_merged_and_undone,
    quoted_merged_and_undone,
    towed_in_two_legs,
    a_tow_kept_ready_and_not_needed,
)
