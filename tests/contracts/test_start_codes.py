"""Does whoever knows start codes keep the promises of the port? The same questions to the fake and to the real one."""

import pytest

from application.start_codes import StartCodes
from infra.start_codes import DerivedStartCodes, start_code_key
from tests.support.roadside import OTHER_REQUEST, REQUEST, TENANT, some_id
from tests.support.trade import PlainCodes

KEY = start_code_key(b"m" * 32)


@pytest.fixture(params=[PlainCodes(), DerivedStartCodes(KEY)], ids=["fake", "derived"])
def codes(request: pytest.FixtureRequest) -> StartCodes:
    found: StartCodes = request.param
    return found


def test_a_code_is_four_digits_and_stays(codes: StartCodes) -> None:
    told = codes.code_of(TENANT, REQUEST, 1)
    assert len(told) == 4
    assert told.isdigit()
    assert codes.code_of(TENANT, REQUEST, 1) == told


def test_another_attempt_has_another_code(codes: StartCodes) -> None:
    assert len({codes.code_of(TENANT, REQUEST, attempt) for attempt in range(1, 9)}) > 5


def test_only_the_code_is_right(codes: StartCodes) -> None:
    told = codes.code_of(TENANT, REQUEST, 1)
    assert codes.is_right(TENANT, REQUEST, 1, told)
    for wrong in ("", "0", told + "0", told[:3], "12345", "½½½½", "0000" if told != "0000" else "0001"):
        assert not codes.is_right(TENANT, REQUEST, 1, wrong), wrong


def test_codes_of_different_things_have_nothing_to_do_with_each_other() -> None:
    codes = DerivedStartCodes(KEY)
    told = {codes.code_of(tenant, request, 1) for tenant in ("demo", "rival") for request in (REQUEST, OTHER_REQUEST)}
    assert len(told) == 4
    assert DerivedStartCodes(start_code_key(b"n" * 32)).code_of(TENANT, REQUEST, 1) not in told


def test_no_digit_is_rare() -> None:
    codes = DerivedStartCodes(KEY)
    told = "".join(codes.code_of(TENANT, some_id(number), 1) for number in range(2_000))
    assert all(600 < told.count(digit) < 1_000 for digit in "0123456789")
