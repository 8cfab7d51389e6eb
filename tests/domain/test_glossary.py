"""Does the glossary speak of every event and every refusal, and of none that does not exist?"""

import importlib
import pkgutil
import re
from enum import StrEnum
from pathlib import Path

import pytest

import domain
from domain.aggregate import shape_of
from domain.catalogue import Capability, Fuel, Service, VehicleClass
from domain.refusal import Refusal
from domain.topics import event_classes

GLOSSARY = (Path(__file__).parents[2] / "docs" / "GLOSSARY.md").read_text(encoding="utf-8")


def in_first_column(section: str) -> set[str]:
    """The codes that open a row of a section's table."""
    text = GLOSSARY.split(f"## {section}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([a-z_.]+)` \|", text, re.MULTILINE))


def refusals(of: type[Refusal] = Refusal) -> set[str]:
    """The codes of every refusal that the domain knows."""
    for module in pkgutil.iter_modules(domain.__path__):
        importlib.import_module(f"domain.{module.name}")
    # The solver's other files are compiled when they are imported, which nobody should wait for here.
    importlib.import_module("domain.tours.instance")
    importlib.import_module("domain.travel.learned")
    for name in ("gstin", "rates", "inv01"):
        importlib.import_module(f"domain.gst.{name}")
    found: set[str] = set()
    for kind in of.__subclasses__():
        if kind.__module__.startswith("domain."):
            found |= {kind.code} | refusals(kind)
    return found


def test_every_topic_is_explained_and_no_other() -> None:
    assert in_first_column("What is remembered") == {shape_of(event_class).topic for event_class in event_classes()}


def test_every_refusal_is_explained_and_no_other() -> None:
    assert in_first_column("How a rule says no") == refusals()


@pytest.mark.parametrize("words", [Service, VehicleClass, Fuel])
def test_every_word_of_the_catalogue_is_there(words: type[StrEnum]) -> None:
    assert [word for word in words if f"`{word.value}`" not in GLOSSARY] == []


def test_a_capability_is_a_service_or_heavy_duty() -> None:
    assert {c.value for c in Capability} - {s.value for s in Service} == {"heavy_duty"}
    assert "`heavy_duty`" in GLOSSARY
