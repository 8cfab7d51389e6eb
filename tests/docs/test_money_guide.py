"""Does the guide to money name the accounts, events and figures that there are?"""

import re
from pathlib import Path

from domain import ledger
from domain.aggregate import shape_of
from domain.ledger import GstKind, MoneyEvent
from domain.topics import event_classes
from projections.ledger_balances import ledger_balances
from projections.ledger_postings import ledger_postings
from projections.money import BOOKS
from tests.support.roadside import CUSTOMER, PROVIDER, REQUEST

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "money.md").read_text(encoding="utf-8")
PLACES = {
    "{provider}": PROVIDER.hex,
    "{customer}": CUSTOMER.hex,
    "{request}": REQUEST.hex,
    "{kind}": GstKind.CGST.value,
    "{state}": "29",
}


def accounts(text: str) -> set[str]:
    """Accounts named in the guide, with real ids in their places."""
    found = set(re.findall(r"`([AILE]:[A-Za-z{}:]+)`", text))
    for place, value in PLACES.items():
        found = {name.replace(place, value) for name in found}
    return found


def test_the_chart_of_accounts_is_the_one_in_the_code() -> None:
    chart = GUIDE.split("| Account |")[1].split("\n\n")[0]
    assert accounts(chart) == {
        ledger.CASH_DESK,
        ledger.COMMISSION,
        ledger.SERVICE,
        ledger.ROUNDING,
        ledger.DISPLACED,
        ledger.GOODWILL,
        ledger.cash_with(PROVIDER),
        ledger.receivable_from(CUSTOMER),
        ledger.wallet_of(CUSTOMER),
        ledger.advance_for(REQUEST),
        ledger.payable_to(PROVIDER),
        ledger.gst_out(GstKind.CGST, "29"),
    }
    assert accounts(GUIDE) == accounts(chart)


def test_every_event_that_books_has_its_recipe_and_its_rows() -> None:
    booking = {shape_of(each).topic for each in event_classes() if issubclass(each, MoneyEvent)}
    recipes = GUIDE.split("| Event |")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `([a-z_.]+)`", recipes, re.MULTILINE)) == booking
    assert set(BOOKS) == ledger_postings.rules.keys() == ledger_balances.rules.keys() == booking
