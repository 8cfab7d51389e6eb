"""What is ordered when a timer's time has come? One policy for each kind, named as the sentence that it carries out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from application.break_promise import Amends, BreakPromise, break_promise
from application.chase_acknowledgement import ChaseAcknowledgement, chase_acknowledgement
from application.confirm_gone import ConfirmGone, confirm_gone
from application.continue_search import ContinueSearch, Ladder, continue_search
from application.dispatch import orders
from application.dispatch.board import TimerKind
from application.expire_quote import ExpireQuote, expire_quote
from application.force_off_shift import ForceOffShift, force_off_shift
from application.guiding import Guidance
from application.lapse_offer import LapseOffer, lapse_offer
from application.put_promise_at_risk import PutPromiseAtRisk, put_promise_at_risk
from application.release_for_dispatch import ReleaseForDispatch, release_for_dispatch
from application.run_subscription import AdvanceSubscription, advance_subscription
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
    amends: Amends = field(default=Amends())
    guidance: Guidance = field(default=Guidance())


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


def when_a_crew_that_was_told_says_nothing_it_is_told_again_or_loses_the_job(
    due: Due, actor: Actor, at: datetime, rules: Rules
) -> Decide:
    """Nobody waits for a crew that does not know it is expected."""
    command = ChaseAcknowledgement(actor, due.subject_id, at)
    return lambda work: chase_acknowledgement(command, work, rules.trade, rules.guidance)


def when_nobody_denies_it_the_vehicle_is_gone(due: Due, actor: Actor, at: datetime, _rules: Rules) -> Decide:
    """The provider is free for others."""
    return partial(confirm_gone, ConfirmGone(actor, due.subject_id, at))


def when_a_duty_is_over_a_free_shift_is_ended(due: Due, actor: Actor, at: datetime, _rules: Rules) -> Decide:
    """Nobody drives for longer than is safe; a job that is on is finished first."""
    return partial(force_off_shift, ForceOffShift(actor, due.subject_id, at))


def when_most_such_drives_would_be_over_the_promise_is_at_risk(
    due: Due, actor: Actor, at: datetime, _rules: Rules
) -> Decide:
    """Somebody may still hurry, or send somebody else."""
    return partial(put_promise_at_risk, PutPromiseAtRisk(actor, due.request_id or due.subject_id, at))


def when_the_promised_time_has_passed_the_promise_is_broken(
    due: Due, actor: Actor, at: datetime, rules: Rules
) -> Decide:
    """The customer need not ask for what is due to them."""
    command = BreakPromise(actor, due.request_id or due.subject_id, at)
    return lambda work: break_promise(command, work, rules.amends)


def when_the_hour_of_a_membership_has_come_it_goes_on(due: Due, actor: Actor, at: datetime, _rules: Rules) -> Decide:
    """Announced, charged, begun anew, in grace or over: whatever is due by now."""
    return partial(advance_subscription, AdvanceSubscription(actor, due.subject_id, at))


POLICIES: Final[Mapping[TimerKind, Policy]] = {
    TimerKind.OFFER_LAPSES: when_nobody_answers_in_time_the_offer_lapses,
    TimerKind.SEARCH_DUE: when_a_search_finds_nobody_it_goes_farther,
    TimerKind.QUOTE_EXPIRES: when_a_price_is_not_confirmed_in_time_the_request_expires,
    TimerKind.RELEASE_DUE: when_the_hour_of_a_scheduled_request_is_near_it_is_searched_for,
    TimerKind.ACKNOWLEDGEMENT_DUE: when_a_crew_that_was_told_says_nothing_it_is_told_again_or_loses_the_job,
    TimerKind.GONE_CONFIRMS: when_nobody_denies_it_the_vehicle_is_gone,
    TimerKind.DUTY_ENDS: when_a_duty_is_over_a_free_shift_is_ended,
    TimerKind.PROMISE_DOUBTED: when_most_such_drives_would_be_over_the_promise_is_at_risk,
    TimerKind.PROMISE_DUE: when_the_promised_time_has_passed_the_promise_is_broken,
    TimerKind.MEMBERSHIP_DUE: when_the_hour_of_a_membership_has_come_it_goes_on,
}
"""Every kind of timer has its policy; a test says so."""


def what_is_due(due: Due, at: datetime, rules: Rules) -> Decide:
    """The order that a timer stands for."""
    return POLICIES[due.kind](due, orders.dispatcher_of(due.tenant), at, rules)
