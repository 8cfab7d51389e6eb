"""How much of a price does a membership bear? A pure function of the price's lines and of what is left of the term."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from domain.catalogue import Service
from domain.plan_terms import Benefit, PlanTerms
from domain.price_terms import LineKind, PriceLine
from domain.refusal import Refusal
from domain.split import bill_of

HELP: Final = frozenset({LineKind.BASE, LineKind.PEAK, LineKind.SURGE})
"""What one service of the membership bears whole: coming and helping, at whatever hour."""

METRES_OF_A_UNIT: Final = 100
"""A unit of towing is a tenth of a kilometre; one that is begun counts."""

FUEL_OF_A_JOB: Final = 50
"""Tenths of a litre that a fuel delivery brings at most: enough for the next station."""


class NotCovered(Refusal):
    """The membership bears nothing of this: nothing is left, or the same was helped with just now."""

    code = "not_covered"


class CoverGone(Refusal):
    """What was shown to be covered is not there any more: look at the price again."""

    code = "cover_gone"


@dataclass(frozen=True, slots=True)
class UnitUse:
    """So many units of a benefit."""

    benefit: Benefit
    units: int


@dataclass(frozen=True, slots=True)
class Cover:
    """What a membership bears of a price, and the units that this takes; the customer pays the rest."""

    uses: tuple[UnitUse, ...]
    covered_minor: int
    total_minor: int


def coverage_id(request_id: UUID) -> UUID:
    """The coverage's id: a job has one."""
    return uuid5(request_id, "coverage")


def cover_of(
    terms: PlanTerms,
    service: Service,
    lines: Iterable[PriceLine],
    tow_distance_m: int | None,
    left: Mapping[Benefit, int],
) -> Cover:
    """What is borne of a price with so many units left. Without a service that is left, nothing is.

    Of towing, the part of the distance that is covered; tax in the proportion of the net, and the rounding where the
    whole net is borne, so that nothing is left to pay then. Raises NotCovered.
    """
    priced = tuple(lines)
    bill = bill_of(priced)
    total = bill.total_minor
    if _most(terms, Benefit.EVENTS, left, 1) < 1 or bill.net_minor <= 0:
        raise NotCovered
    uses = [UnitUse(Benefit.EVENTS, 1)]
    net = sum(line.amount_minor for line in priced if line.kind in HELP)
    wanted = -(-(tow_distance_m or 0) // METRES_OF_A_UNIT)
    towed = _most(terms, Benefit.TOW_KM, left, wanted)
    if towed:
        uses.append(UnitUse(Benefit.TOW_KM, towed))
        net += sum(line.amount_minor for line in priced if line.kind is LineKind.DISTANCE) * towed // wanted
    fuel = _most(terms, Benefit.FUEL, left, FUEL_OF_A_JOB) if service is Service.FUEL_DELIVERY else 0
    if fuel:
        uses.append(UnitUse(Benefit.FUEL, fuel))
    borne = max(0, min(net, bill.net_minor))
    covered = total if borne == bill.net_minor else borne + bill.taxes.total_minor * borne // bill.net_minor
    if covered <= 0:
        raise NotCovered
    return Cover(tuple(uses), covered, total)


def _most(terms: PlanTerms, benefit: Benefit, left: Mapping[Benefit, int], wanted: int) -> int:
    of = terms.of(benefit)
    return 0 if of is None else max(0, min(wanted, of.most_per_event, left.get(benefit, 0)))
