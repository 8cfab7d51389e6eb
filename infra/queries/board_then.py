"""How did the board stand at a position of the log? Folded again from a request's facts and the shifts'."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar
from uuid import UUID

from application.dispatch.board import FreeShift, Search
from application.dispatch.cash_stops import cash_currency_of
from application.dispatch.reconsidered import AVAILABLE, Standing, Then, as_told
from domain.catalogue import Capability, Fuel, Service, VehicleClass, required_capabilities
from domain.decision import Decision, Inputs
from projections.fact import Fact
from projections.matching_table import ShiftRow, matching_table
from projections.read_model import Key, ReadModel, Row
from projections.request_board import RequestRow, request_board

R = TypeVar("R", bound=Row)

# Events between two looks at a board that moved on while it was read: more, and the digest stays unproven.
MOST_STEPS: Final = 200

_CAPABILITIES: Final = frozenset(Capability)
_SIZES: Final = frozenset(VehicleClass)


def request_then(facts: Iterable[Fact]) -> RequestRow | None:
    """The request as its facts tell it; None for none."""
    return next(iter(_folded(request_board, facts, {}).values()), None)


def board_then(
    decision: Decision, inputs: Inputs, search: Search, facts: Sequence[Fact], placed: Mapping[UUID, str]
) -> Then:
    """The board at the position that the decision's digests are of, else as it was when it began to be read.

    ``facts`` are those of the shifts, in the order of the log; ``placed`` are cells of fresh positions.
    """
    first: Then | None = None
    for shifts in _boards(facts, inputs.shifts_from):
        then = Then(inputs, search, [standing_of(each, placed) for each in shifts])
        first = first or then
        if as_told(then, decision).is_proven():
            return then
    return first or Then(inputs, search, [])


def search_of(row: RequestRow, inputs: Inputs) -> Search:
    """The request as dispatch saw it."""
    service, vehicle_class = Service(row.service), VehicleClass(row.vehicle_class)
    return Search(
        tenant=row.tenant,
        request_id=row.request_id,
        version=row.version,
        position=row.position,
        attempt=row.attempt,
        cell=row.cell,
        needs=required_capabilities(service, vehicle_class, Fuel(row.fuel)),
        vehicle_class=vehicle_class,
        declined_by=frozenset(row.declined_by),
        passed_over=Counter(inputs.passed_over),
        requested_at=row.created_at,
        updated_at=row.updated_at,
        radius_m=inputs.radius_m,
        sos=row.sos,
        dangers=len(row.hazards),
        service=service,
        drop_cell=row.drop_cell,
        cash_currency=cash_currency_of(row.payment_method, row.currency, sos=row.sos),
    )


def _boards(facts: Sequence[Fact], position: int) -> Iterator[list[ShiftRow]]:
    """Every shift on duty as of a position, and after each of the next facts."""
    before = [fact for fact in facts if fact.position <= position]
    rows = _folded(matching_table, before, {})
    yield list(rows.values())
    for fact in facts[len(before) : len(before) + MOST_STEPS]:
        rows = _folded(matching_table, [fact], rows)
        yield list(rows.values())


def _folded(model: ReadModel[R], facts: Iterable[Fact], rows: dict[Key, R]) -> dict[Key, R]:
    """The rows that facts make of those given."""
    for fact in facts:
        for rule in model.rules_for(fact):
            key = rule.key(fact)
            if key is None:
                continue
            row = rule.fold(rows.get(key), fact)
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row
    return rows


def standing_of(row: ShiftRow, placed: Mapping[UUID, str]) -> Standing:
    """A shift as the log knew it; one that is free is where its fresh position says."""
    shift = FreeShift(
        tenant=row.tenant,
        shift_id=row.shift_id,
        version=row.version,
        provider_id=row.provider_id,
        capabilities=frozenset(Capability(each) for each in row.capabilities if each in _CAPABILITIES),
        vehicle_classes=frozenset(VehicleClass(each) for each in row.vehicle_classes if each in _SIZES),
        cell=placed.get(row.shift_id, row.cell) if row.state == AVAILABLE else row.cell,
        free_since=row.updated_at,
        ends_by=row.ends_by,
    )
    return Standing(shift, row.state)
