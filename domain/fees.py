"""What does it cost the customer that a job ends early? Pure functions of what stood in the quote and what happened."""

from datetime import datetime, timedelta

from domain.price_terms import Fault, FeeTerms
from domain.request_terms import RequestState

BEFORE_ANYBODY = frozenset({"submitted", "quoted", "confirmed", "scheduled", "searching"})
"""States in which nobody set out for the customer: calling off costs nothing."""

HOLDS_THE_JOB = "assigned"
ON_THE_WAY = "en_route"


def cancellation_fee(
    fees: FeeTerms, state: RequestState, assigned_at: datetime | None, at: datetime, fault: Fault
) -> int:
    """The fee, in minor units with taxes, for calling a request off in that state (I6).

    ``assigned_at`` is when the provider that holds the job took it, None when nobody does. Nothing is owed when the
    fault is not the customer's, when nobody holds the job, and until ``free_within_s`` after somebody took it (that
    second included). From then on the fee never falls as the provider comes nearer, whatever the terms say.
    """
    if fault is not Fault.CUSTOMER or assigned_at is None or state.value in BEFORE_ANYBODY:
        return 0
    if at <= assigned_at + timedelta(seconds=fees.free_within_s):
        return 0
    if state.value == HOLDS_THE_JOB:
        return fees.assigned_minor
    on_the_way = max(fees.assigned_minor, fees.en_route_minor)
    if state.value == ON_THE_WAY:
        return on_the_way
    return max(on_the_way, fees.on_scene_minor)


def gone_fee(fees: FeeTerms, fault: Fault) -> int:
    """The fee, in minor units with taxes, when the provider came and the vehicle was gone."""
    return fees.gone_minor if fault is Fault.CUSTOMER else 0


def unsuccessful_fee(fees: FeeTerms, total_minor: int, fault: Fault) -> int:
    """The fee, in minor units with taxes, for a visit that could not help: a share of the price, half a unit up.

    Nothing when the provider is at fault; a visit that nobody is to blame for is paid in part like any other.
    """
    if fault is Fault.PROVIDER:
        return 0
    return (total_minor * fees.unsuccessful_percent + 50) // 100
