"""What did customers pay in a stretch, and who had which part of it: as recorded, and under tariffs, played again?

A simulation charges nothing: what its jobs came to is priced here, by the rules of the domain, when all is over.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from application.trade import Job as Asked
from domain.geography import cell_of, centre_of
from domain.request_fare import Outcome as Paid
from domain.split import Split, bill_of, bill_of_fee, shares_of
from infra.event_store.codec import decode
from interfaces.simulate.job import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from application.log import LoggedEvent
    from application.prices import PriceBook
    from application.zones import PlacedZone, ZoneMap
    from domain.pricing import Priced
    from domain.split import Bill
    from interfaces.simulate.early_ends import EarlyEnd
    from interfaces.simulate.job import Job
    from interfaces.simulate.play import Played
    from interfaces.simulate.stretch import Stretch

UNCHANGED: Final = (
    "who calls for help, when, where and for what: nobody is put off by a price, or drawn by one",
    "that everybody agrees to the price at once, and when somebody gives up waiting",
    "who is asked, who says yes, how long they drive and work; who called off later, or was gone, does so again",
    "fares are quotes: no parts, discounts or other destinations, no commission given away to find somebody",
)
"""What the model takes to be the same under any tariff; only the money follows from it."""

NOWHERE: Final = "outside all zones"


@dataclass(frozen=True, slots=True)
class Takings:
    """Whole minor units. ``charged`` is what customers paid, taxes and ``fees`` of early ends included.

    ``provider`` is theirs with the tax that they owe on it; ``platform`` is the commission, or all of the net where
    nobody came, without tax.
    """

    paying_jobs: int = 0
    charged_minor: int = 0
    fees_minor: int = 0
    provider_minor: int = 0
    platform_minor: int = 0

    def __add__(self, other: Takings) -> Takings:
        return Takings(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """What takings are told by."""

    currency: str
    zone: str
    service: str


Books = dict[Place, Takings]


def summed(books: Mapping[Place, Takings], key_of: Callable[[Place], str]) -> dict[str, Takings]:
    """The takings of all places with the same key, the keys in order."""
    sums: dict[str, Takings] = defaultdict(Takings)
    for place, takings in sorted(books.items()):
        sums[key_of(place)] += takings
    return dict(sums)


def recorded_money(events: Iterable[LoggedEvent], stretch: Stretch, tenant: str, zones: ZoneMap) -> Books:
    """What was divided for the calls of a stretch, whenever that was."""
    rides = {ride.id: ride for ride in stretch.rides}
    books: Books = defaultdict(Takings)
    for event in events:
        if event.topic != "payment.settled" or event.tenant != tenant:
            continue
        told = decode(event.topic, event.payload)
        ride = rides.get(str(told["request_id"]))
        if ride is None:
            continue
        whole = {name: int(str(value)) for name, value in told.items() if name.endswith("_minor")}
        place = Place(str(told["currency"]), _slug(zones.zone_at(tenant, *centre_of(ride.cell), ride.at)), ride.service)
        books[place] += Takings(
            1,
            whole["amount_minor"],
            whole["amount_minor"] if told["outcome"] == Paid.FEE else 0,
            whole["payable_minor"],
            whole["commission_minor"] + whole["income_minor"],
        )
    return dict(books)


def played_money(
    played: Played, tenant: str, zones: ZoneMap, prices: PriceBook, ends: Mapping[UUID, EarlyEnd]
) -> Books:
    """What the jobs of a simulation come to under these prices, each quoted when it was called for.

    Of those that somebody came for, the ones that ended early then cost a fee.
    """
    books: Books = defaultdict(Takings)
    for job in played.jobs:
        place = zones.zone_at(tenant, *job.call.place, job.call.at)
        priced = _priced(job, tenant, place, prices)
        tariff = prices.tariff_at(tenant, place, job.call.at)
        if priced is None or tariff is None or job.outcome is not Outcome.COMPLETED:
            continue
        terms, end = tariff.terms, ends.get(UUID(job.call.id))
        split = Split(terms.commission_percent_bp, terms.tax_percent_bp, priced.supply.state_code)
        bill = bill_of(priced.lines)
        if end is not None:
            bill = bill_of_fee(end.fee_minor(priced), terms.tax_percent_bp, interstate=False)
        if bill.total_minor:
            key = Place(priced.currency, _slug(place), job.call.service)
            books[key] += _divided(bill, split, fee=end is not None)
    return dict(books)


def _divided(bill: Bill, split: Split, *, fee: bool) -> Takings:
    shares = shares_of(bill, split, by_a_provider=True)
    return Takings(1, bill.total_minor, bill.total_minor if fee else 0, shares.payable_minor, shares.commission_minor)


def _priced(job: Job, tenant: str, place: PlacedZone | None, prices: PriceBook) -> Priced | None:
    call = job.call
    drop = None if call.drop is None else cell_of(*call.drop)
    towed_m = Asked(cell_of(*call.place), drop, call.service, call.vehicle_class).towed_m
    return prices.price(tenant, place, call.service, call.vehicle_class, towed_m, call.at)


def _slug(place: PlacedZone | None) -> str:
    return NOWHERE if place is None else place.slug
