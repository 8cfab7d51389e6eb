"""Is a number plate of India written in one way, however it is told, and is nothing else one?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.plate import BadPlate, plate_of


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("ka 01 ab 1234", "KA01AB1234"),
        ("KA-1-AB-12", "KA01AB0012"),
        ("DL 3C AB 1", "DL03CAB0001"),
        ("MH12 1234", "MH121234"),
        ("22 bh 1234 aa", "22BH1234AA"),
        ("25BH7A", "25BH0007A"),
        ("WB.02·QQ.7713", "WB02QQ7713"),
    ],
)
def test_however_it_is_told(told: str, kept: str) -> None:
    assert plate_of(told) == kept
    assert plate_of(kept) == kept


@pytest.mark.parametrize(
    "told", ["", "KA01", "XX01AB1234", "KA00AB1234", "KA01AB0000", "22BH0000AA", "22BH1234IO", "KA01ABCD1234", "banyan"]
)
def test_what_is_none(told: str) -> None:
    with pytest.raises(BadPlate, match="a plate is like KA01AB1234, or 22BH1234AA"):
        plate_of(told)


@given(st.text(max_size=16))
def test_whatever_is_told_is_refused_or_kept_in_one_way(told: str) -> None:
    try:
        kept = plate_of(told)
    except BadPlate:
        return
    assert plate_of(kept) == kept
