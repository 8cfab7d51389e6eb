"""How does a deployment want searches to go on: the ladder after the rings, whom to ask, what is news of a shift?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from application.break_promise import Amends
from application.continue_search import Ladder
from application.dispatch.asking import Asking
from application.dispatch.due import Rules
from application.dispatch.policies.catalogue import POLICIES, work_times_for
from application.dispatch.rounds import Judgement, Limits
from application.dispatch.whereabouts import Attention
from application.guiding import Guidance
from application.trade import FREE_EVERYWHERE
from infra.dispatch.rings import search_plan

if TYPE_CHECKING:
    from infra.settings import Settings


def rules_of(settings: Settings) -> Rules:
    """What is ordered when timers are due."""
    gives_up_s = settings.search_gives_up_after_s
    ladder = Ladder(
        first_has=timedelta(seconds=settings.escalation_first_s),
        second_has=timedelta(seconds=settings.escalation_second_s),
        desk_looks_every=timedelta(seconds=settings.escalation_desk_s),
        gives_up_after=None if gives_up_s is None else timedelta(seconds=gives_up_s),
        raises_share_bp=settings.escalation_raises_share_bp,
    )
    return Rules(
        replace(FREE_EVERYWHERE, search=search_plan(settings)), ladder, amends_of(settings), guidance_of(settings)
    )


def amends_of(settings: Settings) -> Amends:
    """What a broken promise gives back."""
    return Amends(settings.promise_credit_percent, settings.promise_credit_most_minor)


def guidance_of(settings: Settings) -> Guidance:
    """How long a guided crew has to acknowledge."""
    return Guidance(acknowledges_within=timedelta(seconds=settings.acknowledges_within_s))


def asking_of(settings: Settings) -> Asking:
    """How many are asked at once, and how long they have to answer."""
    return Asking(
        directed_tries=settings.offer_directed_tries,
        fan_out_tries=settings.offer_fan_out_tries,
        sure=settings.offer_sure_percent / 100,
        most=settings.offer_most_asked,
        app_answers_within=timedelta(seconds=settings.offer_lapses_after_s),
        desk_answers_within=timedelta(seconds=settings.offer_desk_lapses_after_s),
        longest_answers_within=timedelta(seconds=settings.offer_longest_s),
        guidance=guidance_of(settings),
    )


def limits_of(settings: Settings) -> Limits:
    """The limits of a round."""
    return Limits(
        look_again_after=timedelta(seconds=settings.dispatcher_look_again_s),
        most_searches=settings.dispatcher_most_searches,
        most_shifts=settings.dispatcher_most_shifts,
        most_offers=settings.dispatcher_most_offers,
        most_timers=settings.dispatcher_most_timers,
        position_is_fresh_for=timedelta(seconds=settings.position_fresh_s),
    )


def judgement_of(settings: Settings) -> Judgement:
    """The policy by its name, and the drive times; each dispatcher has its own, since they remember."""
    from infra.travel.choice import drive_times  # compiled loops, which who only wants the plan of a search needs not

    return Judgement(
        policy=POLICIES[settings.dispatch_policy](),
        travel=drive_times(settings),
        work_times=work_times_for(settings.dispatch_policy),
        asking=asking_of(settings),
    )


def attention_of(settings: Settings) -> Attention:
    """What is news of a shift."""
    return Attention(
        silent_after=timedelta(seconds=settings.shift_stale_after_s),
        moves_every=timedelta(seconds=settings.shift_moves_every_s),
        most_shifts=settings.dispatcher_most_shifts,
        most_orders=settings.dispatcher_most_offers,
    )
