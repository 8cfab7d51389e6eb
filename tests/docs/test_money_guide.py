"""Does the guide to money name the accounts, events and figures that there are?"""

import re
from inspect import isfunction, signature
from pathlib import Path

from domain.aggregate import shape_of
from domain.ledger import GstKind, MoneyEvent, chart
from domain.topics import event_classes
from projections.ledger_balances import ledger_balances
from projections.ledger_history import ledger_history
from projections.ledger_postings import ledger_postings
from projections.money import BOOKS
from tests.support.roadside import CUSTOMER, PROVIDER, REQUEST

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "money.md").read_text(encoding="utf-8")
PLACES = {
    "{provider}": PROVIDER.hex,
    "{customer}": CUSTOMER.hex,
    "{request}": REQUEST.hex,
    "{grant}": REQUEST.hex,
    "{subscription}": REQUEST.hex,
    "{partner}": REQUEST.hex,
    "{benefit}": "tow_km",
    "{period}": "1",
    "{kind}": GstKind.CGST.value,
    "{state}": "29",
}

TOLD = {"provider_id": PROVIDER, "customer_id": CUSTOMER, "request_id": REQUEST, "grant_id": REQUEST}
TOLD |= {"subscription_id": REQUEST, "partner_id": REQUEST}
SAID = {"kind": GstKind.CGST, "state": "29", "benefit": "tow_km", "period": 1}


def chart_in_code() -> set[str]:
    """Every name that the chart's constants and functions give."""
    found = {value for name, value in vars(chart).items() if name.isupper() and isinstance(value, str)}
    makers = [each for each in vars(chart).values() if isfunction(each) and signature(each).return_annotation is str]
    known: dict[str, object] = {**TOLD, **SAID}
    return found | {make(**{name: known[name] for name in signature(make).parameters}) for make in makers}


CHART = chart_in_code()


def accounts(text: str) -> set[str]:
    """Accounts named in the guide, with real ids in their places."""
    found = set(re.findall(r"`([AILEU]:[A-Za-z0-9{}:]+)`", text))
    for place, value in PLACES.items():
        found = {name.replace(place, value) for name in found}
    return found


def test_the_chart_of_accounts_is_the_one_in_the_code() -> None:
    table = GUIDE.split("| Account |")[1].split("\n\n")[0]
    assert accounts(table) == CHART
    assert accounts(GUIDE) == CHART


def test_every_event_that_books_has_its_recipe_and_its_rows() -> None:
    booking = {shape_of(each).topic for each in event_classes() if issubclass(each, MoneyEvent)}
    recipes = GUIDE.split("| Event |")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `([a-z_.]+)`", recipes, re.MULTILINE)) == booking
    assert set(BOOKS) == ledger_postings.rules.keys() == ledger_balances.rules.keys() == booking
    assert ledger_history.rules.keys() == booking
