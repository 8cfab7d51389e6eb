"""What does the board learn before anybody is sought, and while somebody is?"""

from __future__ import annotations

from typing import Final

from projections.fact import Fact
from projections.request_row import RequestFold, RequestRow, asked_now, told


def _triage_recorded(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, hazards=tuple(sorted({*row.hazards, *fact.texts("hazards")})))


def _quote_issued(row: RequestRow, fact: Fact) -> RequestRow:
    return told(
        row,
        fact,
        state="quoted" if row.state == "submitted" else row.state,
        quote_version=fact.whole("quote_version"),
        quote_valid_until=fact.instant("valid_until"),
        quote_lines=fact.all_told("lines"),
        quoted_minor=fact.whole("total_minor"),
        currency=fact.text("currency"),
        tow_distance_m=fact.maybe_whole("tow_distance_m"),
        fees=fact.told("fees"),
        quoted_at=fact.occurred_at,
    )


def _confirmed(row: RequestRow, fact: Fact) -> RequestRow:
    early = row.state in {"submitted", "quoted"}
    return told(
        row,
        fact,
        state="confirmed" if early else row.state,
        confirmed_quote=fact.whole("quote_version"),
        payment_method=fact.text("payment_method"),
        confirmed_at=fact.occurred_at,
    )


def _scheduled(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, state="scheduled", scheduled_for=fact.instant("scheduled_for"))


# The search.

REFUSED: Final = frozenset({"declined", "lapsed"})
"""Ends of an offer that are an answer, or the want of one."""


def _dispatch_started(row: RequestRow, fact: Fact) -> RequestRow:
    return told(
        row,
        fact,
        state="searching",
        attempt=fact.whole("attempt"),
        radius_m=fact.maybe_whole("radius_m"),
        widens_at=fact.maybe_instant("widens_at"),
    )


def _search_widened(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, radius_m=fact.maybe_whole("radius_m"), widens_at=fact.maybe_instant("widens_at"))


def _escalated(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, escalation=fact.whole("level"))


def _sos_raised(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, sos=True)


def _offer_made(row: RequestRow, fact: Fact) -> RequestRow:
    return told(
        row,
        fact,
        **asked_now((*row.asked, {"offer_id": fact.text("offer_id"), "provider_id": fact.text("provider_id")})),
        offers_made=row.offers_made + 1,
        offered_at=fact.occurred_at,
    )


def _offer_closed(row: RequestRow, fact: Fact) -> RequestRow:
    declined_by = row.declined_by
    if fact.text("why") == "declined":
        declined_by = (*declined_by, fact.uuid("provider_id"))
    closed = fact.text("offer_id")
    still_asked = tuple(one for one in row.asked if one["offer_id"] != closed)
    refusals = row.refusals + (fact.text("why") in REFUSED)
    return told(row, fact, **asked_now(still_asked), declined_by=declined_by, refusals=refusals)


def _assigned(row: RequestRow, fact: Fact) -> RequestRow:
    return told(
        row,
        fact,
        state="assigned",
        offer_id=fact.uuid("offer_id"),
        provider_id=fact.uuid("provider_id"),
        shift_id=fact.uuid("shift_id"),
        **asked_now(()),
        assigned_at=fact.occurred_at,
    )


def _acknowledgement_asked(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, acknowledge_by=fact.instant("due_at"))


def _acknowledged(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, acknowledge_by=None)


def _assignment_revoked(row: RequestRow, fact: Fact) -> RequestRow:
    declined_by = row.declined_by
    if fact.text("reason") == "provider_cancelled":
        declined_by = (*declined_by, fact.uuid("provider_id"))
    return told(
        row,
        fact,
        state="searching",
        attempt=row.attempt + 1,
        declined_by=declined_by,
        refusals=0,
        acknowledge_by=None,
        widens_at=None,
        escalation=0,
        offer_id=None,
        provider_id=None,
        shift_id=None,
        arrived_within_m=None,
        start_tries=0,
        need_proposed=None,
        contact_attempts=0,
        gone_confirms_at=None,
        offered_at=None,
        assigned_at=None,
        en_route_at=None,
        on_scene_at=None,
        started_at=None,
    )


SEARCH: Final[dict[str, RequestFold]] = {
    "triage_recorded": _triage_recorded,
    "quote_issued": _quote_issued,
    "confirmed": _confirmed,
    "scheduled": _scheduled,
    "dispatch_started": _dispatch_started,
    "search_widened": _search_widened,
    "escalated": _escalated,
    "sos_raised": _sos_raised,
    "offer_made": _offer_made,
    "offer_closed": _offer_closed,
    "assigned": _assigned,
    "acknowledgement_asked": _acknowledgement_asked,
    "acknowledged": _acknowledged,
    "assignment_revoked": _assignment_revoked,
}
"""By what follows ``service_request.`` in the topic."""
