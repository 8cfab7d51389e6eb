"""Is every requirement of ASVS 5.0.0 level 2 answered in docs/SECURITY.md, and is what it names still there?"""

import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from infra.settings import Settings

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "SECURITY.md").read_text(encoding="utf-8")
ROW: Final = re.compile(r"^\| (V\d+\.\d+\.\d+) \| (.+?) \| (.+?) \|$", re.MULTILINE)
NAMED: Final = re.compile(r"`([^`]+)`")
REASONS: Final = ("Does not apply: ", "Not met: ")
CHAPTERS: Final = 17
# Requirements of the levels 1 and 2 by section; what is missing between them is of level 3.
WANTED: Final = {
    "V1.1": "1-2", "V1.2": "1-9", "V1.3": "1-11", "V1.4": "1-3", "V1.5": "1-2", "V2.1": "1-3", "V2.2": "1-3",
    "V2.3": "1-4", "V2.4": "1", "V3.2": "1-2", "V3.3": "1-4", "V3.4": "1-6", "V3.5": "1-5", "V3.7": "1-2",
    "V4.1": "1-3", "V4.2": "1", "V4.3": "1-2", "V4.4": "1-4", "V5.1": "1", "V5.2": "1-3", "V5.3": "1-2",
    "V5.4": "1-3", "V6.1": "1-3", "V6.2": "1-12", "V6.3": "1-4", "V6.4": "1-4", "V6.5": "1-5", "V6.6": "1-3",
    "V6.8": "1-4", "V7.1": "1-3", "V7.2": "1-4", "V7.3": "1-2", "V7.4": "1-5", "V7.5": "1-2", "V7.6": "1-2",
    "V8.1": "1-2", "V8.2": "1-3", "V8.3": "1", "V8.4": "1", "V9.1": "1-3", "V9.2": "1-4", "V10.1": "1-2",
    "V10.2": "1-2", "V10.3": "1-4", "V10.4": "1-11", "V10.5": "1-5", "V10.6": "1-2", "V10.7": "1-3",
    "V11.1": "1-2", "V11.2": "1-3", "V11.3": "1-3", "V11.4": "1-4", "V11.5": "1", "V11.6": "1", "V12.1": "1-3",
    "V12.2": "1-2", "V12.3": "1-4", "V13.1": "1", "V13.2": "1-5", "V13.3": "1-2", "V13.4": "1-5",
    "V14.1": "1-2", "V14.2": "1-4", "V14.3": "1-3", "V15.1": "1-3", "V15.2": "1-3", "V15.3": "1-7",
    "V16.1": "1", "V16.2": "1-5", "V16.3": "1-4", "V16.4": "1-3", "V16.5": "1-3", "V17.1": "1", "V17.2": "1-4",
    "V17.3": "1-2",
}  # fmt: skip
IN_ALL: Final = 253


def wanted() -> set[str]:
    found = set()
    for section, spans in WANTED.items():
        for span in spans.split():
            first, _, last = span.partition("-")
            found |= {f"{section}.{number}" for number in range(int(first), int(last or first) + 1)}
    return found


@cache
def functions_of(file: str) -> frozenset[str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return frozenset(re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE))


def test_every_requirement_has_one_line_and_no_chapter_is_missing() -> None:
    told = [row[0] for row in ROW.findall(PAGE)]
    assert len(told) == len(set(told)) == IN_ALL
    assert set(told) == wanted()
    assert {int(one.split(".")[0][1:]) for one in told} == set(range(1, CHAPTERS + 1))


@pytest.mark.parametrize("chapter", range(1, CHAPTERS + 1))
def test_what_a_line_names_is_there(chapter: int) -> None:
    missing = []
    for requirement, _, shown in ROW.findall(PAGE):
        if requirement.startswith(f"V{chapter}."):
            missing += [f"{requirement} {one}" for one in unmet(shown)]
    assert not missing


def unmet(shown: str) -> list[str]:
    """What of it is not there; a reason needs nothing, but has to be one."""
    if shown.startswith(REASONS):
        return [] if len(shown) > len(REASONS[0]) + 8 and shown.endswith(".") else [shown]
    named = NAMED.findall(shown)
    return [one for one in named if not is_there(one)] if named else [shown]


def is_there(name: str) -> bool:
    if name.startswith("VEHICAID_"):
        return name.removeprefix("VEHICAID_").lower() in Settings.model_fields
    file, _, function = name.partition("::")
    if not (ROOT / file).is_file():
        return False
    return not function or function in functions_of(file)


@pytest.mark.parametrize(
    "shown",
    [
        "`tests/security/test_nothing.py`",
        "`tests/security/test_asvs.py::test_gone`",
        "`VEHICAID_NOTHING`",
        "trust us",
        "Not met: .",
    ],
)
def test_what_is_not_there_would_be_found(shown: str) -> None:
    assert unmet(shown)
