"""Which tariffs does a file hold? One body of `POST /v1/tariffs`, or a list of them, one for each place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter, ValidationError

from application.publish_tariff import tariff_id_of
from domain.ids import Prefix, parse
from domain.tariff_terms import TariffTerms, check_terms
from infra.in_memory.city import always
from infra.prices.table import PriceTable
from interfaces.http.shapes.tariffs import TariffBody, terms_of_body
from interfaces.simulate.rows import BadFile
from projections.tariffs import TariffVersionRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from uuid import UUID

    from infra.in_memory.city import City

LARGEST_BYTES: Final = 4 * 1024 * 1024
"""A tariff is some 8 kilobytes: that is one for each of 500 zones, and more is another file."""
EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
BODIES: Final = TypeAdapter(TariffBody | list[TariffBody])


@dataclass(frozen=True, slots=True)
class Supposed:
    """A tariff as if it had been published: for a zone or (none) for everywhere, from an instant on."""

    zone_id: UUID | None
    terms: TariffTerms
    effective_from: datetime


def read_tariffs(path: Path) -> tuple[Supposed, ...]:
    """The tariffs of a file; one without ``effective_from`` holds all along.

    Raises BadFile, or what refuses a tariff that is published: BadTariff, UnknownTimeZone, UnknownState,
    UnknownCurrency, BadId.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise BadFile(f"{path}: larger than {LARGEST_BYTES} bytes")
        told = BODIES.validate_json(path.read_bytes())
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error
    except ValidationError as error:
        raise BadFile(f"{path}: not a tariff as it is published: {_first(error)}") from error
    bodies = told if isinstance(told, list) else [told]
    if not bodies:
        raise BadFile(f"{path}: holds no tariff")
    supposed = tuple(_supposed(body) for body in bodies)
    if len({each.zone_id for each in supposed}) < len(supposed):
        raise BadFile(f"{path}: two tariffs for the same place")
    return supposed


def prices_if(city: City, tenant: str, supposed: Sequence[Supposed]) -> PriceTable:
    """The prices of a city as if these tariffs had been published, and none after them for the same places.

    Raises BadFile for a zone that the tenant never had.
    """
    rows = city.published
    for each in supposed:
        if each.zone_id is not None and not city.has_zone(tenant, each.zone_id):
            raise BadFile(f"the log of tenant {tenant[:40]} has no zone {each.zone_id}")
        tariff_id = tariff_id_of(tenant, each.zone_id)
        before = [row for row in rows if row.tariff_id == tariff_id and row.effective_from < each.effective_from]
        rows = [row for row in rows if row.tariff_id != tariff_id]
        rows += [*before, _row(each, tenant, tariff_id, 1 + max((row.tariff_version for row in before), default=0))]
    prices = PriceTable(always)
    prices.take(rows)
    return prices


def _row(each: Supposed, tenant: str, tariff_id: UUID, version: int) -> TariffVersionRow:
    return TariffVersionRow(
        tenant=tenant,
        publication_id=tariff_id,
        tariff_id=tariff_id,
        tariff_version=version,
        version=version,
        position=0,
        zone_id=each.zone_id,
        partner_id=None,
        effective_from=each.effective_from,
        withdrawn=False,
        currency=each.terms.currency,
        terms=each.terms,
        published_at=each.effective_from,
    )


def _supposed(body: TariffBody) -> Supposed:
    if body.partner_id is not None:
        raise BadFile("partner_id: what partners have of their own is not supposed here: a recording names no partner")
    terms = terms_of_body(body)
    check_terms(terms)
    zone_id = None if body.zone_id is None else parse(Prefix.ZONE, body.zone_id)
    return Supposed(zone_id, terms, body.effective_from or EVER)


def _first(error: ValidationError) -> str:
    """What is wrong first, and where; never what was given: it may be anything."""
    told = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(each) for each in told["loc"] if each not in {"TariffBody", "list[TariffBody]"})
    return f"{where or 'the file'}: {told['msg'][:120]}"
