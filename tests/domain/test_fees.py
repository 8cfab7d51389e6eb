"""Does a job that ends early cost what the quote said, and only those at fault?"""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fees import BEFORE_ANYBODY, cancellation_fee, gone_fee, unsuccessful_fee
from domain.price_terms import FREE_OF_FEES, Fault, FeeTerms
from domain.request_terms import RequestState
from infra.prices.india import FEES
from tests.support.roadside import NOON

PROGRESS = [state for state in RequestState if state.value in BEFORE_ANYBODY] + [
    RequestState.ASSIGNED,
    RequestState.EN_ROUTE,
    RequestState.ON_SCENE,
    *(state for state in RequestState if state.value in {"in_service", "loaded", "in_transit", "at_drop"}),
]
"""The states of a job on its way, the earlier ones first."""

amounts = st.integers(0, 1_000_000)
terms = st.builds(
    FeeTerms,
    free_within_s=st.integers(0, 3_600),
    assigned_minor=amounts,
    en_route_minor=amounts,
    on_scene_minor=amounts,
    gone_minor=amounts,
    unsuccessful_percent=st.integers(0, 100),
)
elapsed = st.integers(0, 7_200).map(lambda seconds: timedelta(seconds=seconds))


def fee(fees: FeeTerms, state: RequestState, after: timedelta, fault: Fault = Fault.CUSTOMER) -> int:
    return cancellation_fee(fees, state, NOON, NOON + after, fault)


@pytest.mark.parametrize(
    ("state", "after_s", "expected"),
    [
        (RequestState.SEARCHING, 3_600, 0),
        (RequestState.ASSIGNED, 300, 0),
        (RequestState.ASSIGNED, 301, 5_000),
        (RequestState.EN_ROUTE, 299, 0),
        (RequestState.EN_ROUTE, 600, 10_000),
        (RequestState.ON_SCENE, 600, 15_000),
    ],
)
def test_calling_off_under_the_indian_tariff(state: RequestState, after_s: int, expected: int) -> None:
    assert fee(FEES, state, timedelta(seconds=after_s)) == expected


def test_nobody_who_holds_the_job_means_no_fee() -> None:
    assert cancellation_fee(FEES, RequestState.ASSIGNED, None, NOON, Fault.CUSTOMER) == 0


@given(terms, elapsed, elapsed)
def test_a_fee_never_falls_as_the_provider_comes_nearer(fees: FeeTerms, one: timedelta, other: timedelta) -> None:
    sooner, later = sorted((one, other))
    by_progress = [fee(fees, state, sooner) for state in PROGRESS]
    assert by_progress == sorted(by_progress)
    assert all(fee(fees, state, sooner) <= fee(fees, state, later) for state in PROGRESS)


@given(terms, elapsed, st.sampled_from(PROGRESS), st.sampled_from([Fault.PROVIDER, Fault.NOBODY]))
def test_only_the_customers_own_fault_costs(
    fees: FeeTerms, after: timedelta, state: RequestState, fault: Fault
) -> None:
    assert fee(fees, state, after, fault) == 0
    assert gone_fee(fees, fault) == 0


@given(terms, st.sampled_from(PROGRESS), st.data())
def test_the_free_window_is_free(fees: FeeTerms, state: RequestState, data: st.DataObject) -> None:
    within = timedelta(seconds=data.draw(st.integers(0, fees.free_within_s)))
    assert fee(fees, state, within) == 0


@given(elapsed, st.sampled_from(PROGRESS))
def test_without_terms_nothing_is_owed(after: timedelta, state: RequestState) -> None:
    assert fee(FREE_OF_FEES, state, after) == 0


@given(terms, st.integers(0, 10_000_000))
def test_a_visit_that_could_not_help_costs_a_share(fees: FeeTerms, total: int) -> None:
    owed = unsuccessful_fee(fees, total, Fault.NOBODY)
    assert abs(owed * 100 - total * fees.unsuccessful_percent) <= 50
    assert 0 <= owed <= total
    assert unsuccessful_fee(fees, total, Fault.PROVIDER) == 0


def test_half_a_paisa_of_a_share_goes_up() -> None:
    assert unsuccessful_fee(FEES, 29_401, Fault.CUSTOMER) == 14_701
