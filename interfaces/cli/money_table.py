"""How is the money of several sides of a stretch told: as JSON, and as tables?"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Final

from rich.table import Table

from interfaces.amounts import written
from interfaces.simulate.money import UNCHANGED, Place, Takings, summed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.console import Console

    from interfaces.simulate.money import Books

FIGURES: Final = tuple(field.name for field in fields(Takings))
CUTS: Final[dict[str, Callable[[Place], str]]] = {
    "by_service": lambda place: place.service,
    "by_zone": lambda place: place.zone,
}


def money_told(sides: Mapping[str, Books]) -> dict[str, object]:
    """By side and currency: all of it, by service and by zone; with what the model takes to be unchanged."""
    return {"unchanged": UNCHANGED, **{side: _side_told(books) for side, books in sides.items()}}


def show_money(sides: Mapping[str, Books], names: Mapping[str, str], screen: Console) -> None:
    """Tables: totals, then what customers paid by service and zone; and what none of it can tell."""
    currencies = sorted({place.currency for books in sides.values() for place in books})
    if not currencies:
        screen.print("nothing was charged on any side")
    for currency in currencies:
        screen.print(_totals(currency, sides, names))
        screen.print(_parts(currency, sides, names))
    screen.print("The same under every tariff, since the model has it so:")
    for each in UNCHANGED:
        screen.print(f"- {each}", soft_wrap=True)


def _side_told(books: Books) -> dict[str, object]:
    told: dict[str, object] = {}
    for currency in sorted({place.currency for place in books}):
        of = _of(books, currency)
        cuts = {name: {key: asdict(each) for key, each in summed(of, key_of).items()} for name, key_of in CUTS.items()}
        told[currency] = {**asdict(sum(of.values(), Takings())), **cuts}
    return told


def _totals(currency: str, sides: Mapping[str, Books], names: Mapping[str, str]) -> Table:
    table = Table(f"money in {currency}", *(f"{side}: {names[side]}" for side in sides))
    sums = [sum(_of(books, currency).values(), Takings()) for books in sides.values()]
    for name in FIGURES:
        table.add_row(name.removesuffix("_minor"), *(_shown(name, getattr(each, name), currency) for each in sums))
    return table


def _parts(currency: str, sides: Mapping[str, Books], names: Mapping[str, str]) -> Table:
    """Charged, fees and provider's pay of each service and zone, one after the other in a cell."""
    table = Table(f"charged / fees / provider in {currency}", *(f"{side}: {names[side]}" for side in sides))
    for cut, key_of in CUTS.items():
        sums = [summed(_of(books, currency), key_of) for books in sides.values()]
        table.add_section()
        for key in sorted({key for each in sums for key in each}):
            cells = [each.get(key, Takings()) for each in sums]
            table.add_row(f"{cut.removeprefix('by_')} {key}", *(_three(each, currency) for each in cells))
    return table


def _three(takings: Takings, currency: str) -> str:
    amounts = (takings.charged_minor, takings.fees_minor, takings.provider_minor)
    return " / ".join(written(each, currency) for each in amounts)


def _of(books: Books, currency: str) -> Books:
    return {place: takings for place, takings in books.items() if place.currency == currency}


def _shown(name: str, value: int, currency: str) -> str:
    return written(value, currency) if name.endswith("_minor") else str(value)
