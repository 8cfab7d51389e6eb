"""How does a deployment want drives to be watched?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from application.dispatch.bookings import Planning
from application.dispatch.drives import Vigilance
from application.dispatch.standbys import Reserving
from application.dispatch.swaps import Swapping
from domain.booking_lead import LeadTerms
from domain.drive_swap import SwapTerms
from domain.drive_watch import Patience, Rules, WatchTerms
from infra.dispatch.plan import rules_of

if TYPE_CHECKING:
    from application.zones import ZoneMap
    from infra.settings import Settings


def vigilance_of(settings: Settings, zones: ZoneMap) -> Vigilance:
    """When a crew is doubted, asked, and replaced."""
    terms = WatchTerms(
        window=timedelta(seconds=settings.drive_window_s),
        stands_for=timedelta(seconds=settings.drive_stands_for_s),
        silent_after=timedelta(seconds=settings.drive_silent_after_s),
        holds_for=timedelta(seconds=settings.drive_doubt_holds_s),
        stall_holds_for=timedelta(seconds=settings.drive_stall_holds_s),
        recedes_m=settings.drive_recedes_m,
        near_m=settings.drive_near_m,
        sets_out_within=timedelta(seconds=settings.drive_sets_out_within_s),
        eta_holds_for=timedelta(seconds=settings.drive_eta_holds_s),
    )
    patience = Patience(
        calls_after=timedelta(seconds=settings.drive_calls_after_s),
        revokes_after=timedelta(seconds=settings.drive_revokes_after_s),
    )
    trade = replace(rules_of(settings).trade, zones=zones)
    return Vigilance(Rules(terms, patience), trade, most_orders=settings.dispatcher_most_offers)


def planning_of(settings: Settings) -> Planning:
    """When the search for a booked hour begins."""
    terms = LeadTerms(
        search=timedelta(seconds=settings.booking_search_s),
        margin=timedelta(seconds=settings.booking_margin_s),
        frozen_before=timedelta(seconds=settings.booking_frozen_before_s),
        longest=timedelta(seconds=settings.booking_longest_lead_s),
        usual=timedelta(seconds=settings.booking_usual_lead_s),
    )
    return Planning(terms, settings.dispatcher_most_shifts)


def reserving_of(settings: Settings) -> Reserving:
    """When a tow is kept ready for what a patrol will probably not mend."""
    return Reserving(
        below_percent=settings.standby_below_percent,
        lasts=timedelta(seconds=settings.standby_lasts_s),
        within_m=settings.standby_within_m,
    )


def swapping_of(settings: Settings, zones: ZoneMap) -> Swapping:
    """When a crew is sent back for a better one."""
    terms = SwapTerms(
        least_gain=timedelta(seconds=settings.swap_least_gain_s),
        least_percent=settings.swap_least_percent,
        not_within_m=settings.swap_not_within_m,
    )
    return Swapping(
        terms=terms,
        trade=replace(rules_of(settings).trade, zones=zones),
        offer_lapses_after=timedelta(seconds=settings.offer_lapses_after_s),
        position_is_fresh_for=timedelta(seconds=settings.position_fresh_s),
        most_shifts=settings.dispatcher_most_shifts,
    )
