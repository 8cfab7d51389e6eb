"""Are ids ordered by time, well-formed, and told apart by their prefixes?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import BadId, Prefix, new_id, parse, show, uuid7
from tests.support.roadside import NOON

AWARE = st.datetimes(datetime(1970, 1, 2), datetime(2900, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
CHANCE = st.binary(min_size=10, max_size=10)


@given(AWARE, CHANCE)
def test_an_id_is_a_version_7_of_its_millisecond(at: datetime, chance: bytes) -> None:
    made = uuid7(at, chance)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == int(at.timestamp() * 1000)


def test_an_id_is_a_fact_of_instant_and_chance() -> None:
    instant = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    # RFC 9562, appendix A.6: the example's random bits are 0xcc3 and 0x18c4dc0c0c07398f.
    chance = ((0xCC3 << 62) | (0x18C4DC0C0C07398F & ((1 << 62) - 1))).to_bytes(10)
    assert uuid7(instant, chance) == UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")


@given(CHANCE, CHANCE)
def test_later_ids_sort_after_earlier_ones(early: bytes, late: bytes) -> None:
    assert uuid7(NOON, early) < uuid7(NOON + timedelta(milliseconds=1), late)


def test_fresh_ids_differ() -> None:
    assert len({new_id(NOON) for _ in range(1000)}) == 1000


@pytest.mark.parametrize("at", [datetime(2026, 1, 1), datetime(1969, 12, 31, tzinfo=UTC)])  # noqa: DTZ001
def test_an_id_needs_an_aware_instant_of_our_time(at: datetime) -> None:
    with pytest.raises(ValueError, match="id"):
        uuid7(at, bytes(10))


@pytest.mark.parametrize("size", [0, 9, 11])
def test_an_id_needs_ten_bytes_of_chance(size: int) -> None:
    with pytest.raises(ValueError, match="bytes"):
        uuid7(NOON, bytes(size))


@given(st.sampled_from(Prefix), st.uuids())
def test_what_is_shown_is_parsed_again(prefix: Prefix, value: UUID) -> None:
    text = show(prefix, value)
    assert text.startswith(prefix)
    assert len(text) == len(prefix) + 32
    assert parse(prefix, text) == value


GOOD = "req_019000000000700080000000000000ab"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "req_",
        GOOD[4:],
        GOOD.upper(),
        GOOD.replace("req_", "off_"),
        GOOD[:-1],
        GOOD + "0",
        GOOD[:-2] + "AB",
        GOOD[:-1] + "g",
        GOOD + "\n",
        GOOD[:-1] + "\u0661",
        "req_{" + GOOD[4:-2] + "}",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadId):
        parse(Prefix.REQUEST, text)


def test_the_good_one_is_not_refused() -> None:
    assert show(Prefix.REQUEST, parse(Prefix.REQUEST, GOOD)) == GOOD
