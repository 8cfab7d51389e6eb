"""What is ordered when a timer's time has come? One policy for each kind, named as the sentence that it carries out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from application.confirm_gone import ConfirmGone, confirm_gone
from application.continue_search import ContinueSearch, Ladder, continue_search
from application.dispatch import orders
from application.dispatch.board import TimerKind
from application.expire_quote import ExpireQuote, expire_quote
from application.force_off_shift import ForceOffShift, force_off_shift
from application.lapse_offer import LapseOffer, lapse_offer
from application.release_for_dispatch import ReleaseForDispatch, release_for_dispatch
from application.trade import FREE_EVERYWHERE, Trade

if TYPE_CHECKING:
    from datetime import datetime

    from application.dispatch.board import Due
    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class Rules:
    """How a search goes on; of the trade only its plan matters here."""

    trade: Trade = FREE_EVERYWHERE
    ladder: Ladder = field(default=Ladder())


Decide = Callable[["Work"], Awaitable["Answer"]]
Policy = Callable[["Due", "Actor", "datetime", Rules], Decide]


def when_nobody_answers_in_time_the_offer_lapses(due: Due, actor: Actor, at: datetime, _rules: Rules) -> Decide:
    """The shift is free again, and the request looks for the next."""
    return partial(lapse_offer, LapseOffer(actor, due.subject_id, at))


def when_a_search_finds_nobody_it_goes_farther(due: Due, actor: Actor, at: datetime, rules: Rules) -> Decide:
    """From ring to ring, then everywhere, then up to people."""
    command = ContinueSearch(actor, due.subject_id, at)
    return lambda work: continue_search(command, work, rules.trade, rules.ladder)


def when_a_price_is_not_confirmed_in_time_the_request_expires(
    due: Due, actor: Actor, at: datetime, _rules: Rules
) -> Decide:
    """Nobody searches for what nobody agreed to."""
    return partial(expire_quote, ExpireQuote(actor, due.subject_id, at))


def when_the_hour_of_a_scheduled_request_is_near_it_is_searched_for(
    due: Due, actor: Actor, at: datetime, rules: Rules
) -> Decide:
    """Early enough to be there at the hour that was asked for."""
    command = ReleaseForDispatch(actor, due.subject_id, at)
    return lambda work: release_for_dispatch(command, work, rules.trade)


def when_nobody_denies_it_the_vehicle_is_gone(due: Due, actor: Actor, at: datetime, _rules: Rules) -> Decide:
    """The provider is free for others."""
    return partial(confirm_gone, ConfirmGone(actor, due.subject_id, at))


def when_a_duty_is_over_a_free_shift_is_ended(due: Due, actor: Actor, at: datetime, _rules: Rules) -> Decide:
    """Nobody drives for longer than is safe; a job that is on is finished first."""
    return partial(force_off_shift, ForceOffShift(actor, due.subject_id, at))


POLICIES: Final[Mapping[TimerKind, Policy]] = {
    TimerKind.OFFER_LAPSES: when_nobody_answers_in_time_the_offer_lapses,
    TimerKind.SEARCH_DUE: when_a_search_finds_nobody_it_goes_farther,
    TimerKind.QUOTE_EXPIRES: when_a_price_is_not_confirmed_in_time_the_request_expires,
    TimerKind.RELEASE_DUE: when_the_hour_of_a_scheduled_request_is_near_it_is_searched_for,
    TimerKind.GONE_CONFIRMS: when_nobody_denies_it_the_vehicle_is_gone,
    TimerKind.DUTY_ENDS: when_a_duty_is_over_a_free_shift_is_ended,
}
"""Every kind of timer has its policy; a test says so."""


def what_is_due(due: Due, at: datetime, rules: Rules) -> Decide:
    """The order that a timer stands for."""
    return POLICIES[due.kind](due, orders.dispatcher_of(due.tenant), at, rules)
