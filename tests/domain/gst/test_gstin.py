"""Is a registration number believed only with its check digit, and is the registrar's own formula ours?"""

import re
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.gst.gstin import ALPHABET, BadGstin, check_digit, checked_gstin, state_of
from domain.gst.irn import irn_of
from domain.gst.states import STATES
from domain.tariff_terms import GST_STATES

PUBLIC = ("27AAPFU0939F1ZV", "29AAGCB7383J1Z4", "24AAACC1206D1ZM")
"""Registration numbers that stand in public examples."""

SANDBOX = "29AABCT1332L000"
"""One that the registrar's test system gives out; its last digit does not fit."""

registrations = st.builds(
    lambda state, pan, rest: state + pan + rest,
    st.sampled_from(sorted(STATES)),
    st.from_regex(re.compile(r"[A-Z]{5}[0-9]{4}[A-Z]", re.ASCII), fullmatch=True),
    st.from_regex(re.compile(r"[1-9A-Z]Z", re.ASCII), fullmatch=True),
)


@pytest.mark.parametrize("gstin", PUBLIC)
def test_public_numbers_are_believed(gstin: str) -> None:
    assert checked_gstin(gstin) == gstin


@given(registrations, st.integers(0, 13), st.sampled_from(ALPHABET))
def test_one_wrong_sign_is_noticed(first: str, place: int, other: str) -> None:
    whole = first + check_digit(first)
    assert checked_gstin(whole) == whole
    torn = whole[:place] + other + whole[place + 1 :]
    if torn != whole:
        with pytest.raises(BadGstin):
            checked_gstin(torn)


@pytest.mark.parametrize("text", ["", "29", "99AAGCB7383J1Z4", "29aagcb7383j1z4", PUBLIC[1] + "\n", "٢٩AAGCB7383J1Z4"])
def test_what_has_not_the_form_is_refused(text: str) -> None:
    for sandbox in (False, True):
        with pytest.raises(BadGstin):
            checked_gstin(text, sandbox=sandbox)


def test_a_number_of_the_test_system_is_believed_there_only() -> None:
    assert checked_gstin(SANDBOX, sandbox=True) == SANDBOX
    assert state_of(SANDBOX) == "29"
    with pytest.raises(BadGstin):
        checked_gstin(SANDBOX)


def test_the_states_are_those_that_prices_know() -> None:
    assert STATES.keys() == GST_STATES


@given(registrations, st.integers(0, 98), st.integers(1, 9_999_999))
def test_a_reference_number_follows_from_the_document(first: str, year: int, number: int) -> None:
    gstin, short = first + check_digit(first), f"{year:02}-{year + 1:02}"
    told = f"VA/{short}/{number:07}"
    independently = sha256()
    for part in (gstin, f"{2000 + year}-{year + 1:02}", "INV", told):
        independently.update(part.encode("ascii"))
    assert irn_of(gstin, short, "INV", told) == independently.hexdigest()
