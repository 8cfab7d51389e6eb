"""Do races that were stopped go on part by part, and do all parts together tell what one run would?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from interfaces.bench.race_parts import PART, KeptParts, Part, joined, sizes_of
from interfaces.simulate.rows import BadFile

if TYPE_CHECKING:
    from pathlib import Path


def part(accepts: int = 16, races: int = 1) -> Part:
    answers = {"accepted": races, "offer_closed": accepts - races}
    return Part(accepts, answers, races, 0.5, races, ["off_1"], [], [0.1], [0.2, 0.3], [], [1.5])


def never() -> Part:
    raise AssertionError("it was raced again")


def test_parts_are_as_many_as_it_takes() -> None:
    assert sizes_of(100_000) == [PART] * 5
    assert sizes_of(PART + 1) == [PART, 1]
    assert sizes_of(16) == [16]


def test_a_part_that_is_over_is_not_raced_again(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert KeptParts(folder).of(1, 16, part) == part()
    assert KeptParts(folder).of(1, 16, never) == part()
    assert [path.name for path in folder.iterdir()] == ["races.1.json"]
    assert KeptParts(None).of(1, 16, part) == part()


def test_what_is_no_such_part_is_refused(tmp_path: Path) -> None:
    kept = KeptParts(tmp_path)
    kept.of(1, 16, part)
    with pytest.raises(BadFile, match="has 16 accepts, not 32"):
        kept.of(1, 32, never)
    (tmp_path / "races.2.json").write_text("half")
    with pytest.raises(BadFile):
        kept.of(2, 16, never)
    with pytest.raises(BadFile):
        KeptParts(tmp_path / "races.2.json")


def test_all_parts_are_told_as_one() -> None:
    whole = joined([part(16), part(32, 2)])
    assert (whole.asked_for, whole.races, whole.given, whole.raced_s) == (48, 3, 3, 1.0)
    assert whole.answers == {"accepted": 3, "offer_closed": 45}
    assert (whole.loser_s, whole.twice, whole.outages_s) == ([0.2, 0.3] * 2, ["off_1"] * 2, [1.5] * 2)
