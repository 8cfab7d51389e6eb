"""How is a list of the gateway's read to its end?"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from application.gateway import Confirmed, Outcome, Uncertain
from infra.razorpay import reading
from infra.razorpay.wire import Client, Entity, Wire

Told = TypeVar("Told")
Listing = Callable[[Client, dict[str, Any], dict[str, Any]], object]

# The gateway gives no more than a hundred at once, and a thousand of its report.
PAGE: Final = 100
# A thousand pages: more than a day of any merchant of our size; a list that never ends is a fault of the gateway's.
MOST_PAGES: Final = 1_000


def all_pages(
    wire: Wire, listing: Listing, read: Callable[[Entity], Told], query: dict[str, Any], *, page: int = PAGE
) -> Outcome[tuple[Told, ...]]:
    """Everything, in the gateway's order; one page that cannot be had makes all of it uncertain."""
    found: list[Told] = []
    for number in range(MOST_PAGES):
        asked = {**query, "count": page, "skip": number * page}
        got = wire.ask(
            lambda client, options, asked=asked: listing(client, asked, options),  # type: ignore[misc]  # bound now
            lambda told: tuple(read(each) for each in reading.items(told)),
        )
        if not isinstance(got, Confirmed):
            return got
        found += got.value
        if len(got.value) < page:
            return Confirmed(tuple(found))
    return Uncertain("garbled")
