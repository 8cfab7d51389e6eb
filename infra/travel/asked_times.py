"""How long does a routing service say that the drive is? Asked in tiles, in time, or not at all: then the formula says.

Dispatch waits for the answer, so all questions of one call together have one deadline. What does not come by then, what
is no answer, and pairs without a way are told by the formula. Answers are kept for a quarter of an hour.
"""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx
import numpy as np

from domain.geography import centre_of
from infra.telemetry.logging import log
from infra.travel.breaker import Breaker
from infra.travel.tables import BadTable, TableService, checked_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future
    from datetime import datetime

    from domain.travel.spread import Spread
    from infra.travel.formula import Formula
    from infra.travel.road_graph import Floats

KEPT_FOR_S: Final = 900
"""Traffic of a quarter of an hour ago is still that traffic."""

MOST_KEPT: Final = 200_000
"""Pairs remembered, 40 MB: forty candidates of five thousand requests."""

TILES_AT_ONCE: Final = 4
"""Questions on their way together: more would only queue at the service, or look like an attack."""

LARGEST_ANSWER_BYTES: Final = 16 * 1024 * 1024
"""A table of 10,000 pairs is a megabyte in Google's words; more is not what was asked for."""

Pair = tuple[str, str, int]

_log = log("travel")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a whole call may take, how many pairs it may ask for, and when the service is left alone."""

    timeout_s: float
    most_pairs: int
    failures: int
    rests_s: float


@dataclass(frozen=True, slots=True)
class _Tile:
    origins: Sequence[str]
    destinations: Sequence[str]


class AskedTimes:
    """Drive times as a service tells them, the formula's where it does not. Never raises but BadCell."""

    def __init__(self, service: TableService, formula: Formula, patience: Patience, clock: Callable[[], float]) -> None:
        self._service = service
        self._formula = formula
        self._patience = patience
        self._clock = clock
        self._client = httpx.Client(timeout=patience.timeout_s, follow_redirects=False)
        self._pool = ThreadPoolExecutor(TILES_AT_ONCE, thread_name_prefix=f"travel-{service.name}")
        self._kept: OrderedDict[Pair, float] = OrderedDict()
        self.breaker = Breaker(clock, patience.failures, patience.rests_s)

    @property
    def version(self) -> str:
        """Of the service no more than its name is known: what it said is in the decision."""
        return f"{self._service.name}-{self._formula.version}"

    @property
    def spread(self) -> Spread:
        """How far off the answers are, for want of a better guess: as far as the formula's."""
        return self._formula.spread

    def close(self) -> None:
        """Give the connections back."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def drive_s(self, origins: Sequence[str], destinations: Sequence[str], at: datetime) -> Floats:
        """Expected seconds from m origins to n destinations, setting out then; (m, n), at least 1. Raises BadCell."""
        seconds = self._formula.drive_s(origins, destinations, at)
        if seconds.size > self._patience.most_pairs:
            return seconds
        slot = int(at.timestamp()) // KEPT_FOR_S
        from_cells, to_cells = list(dict.fromkeys(origins)), list(dict.fromkeys(destinations))
        unknown = [one for one in from_cells if any((one, other, slot) not in self._kept for other in to_cells)]
        if unknown and self.breaker.may_ask():
            self._ask(unknown, to_cells, slot, at)
        for row, one in enumerate(origins):
            for column, other in enumerate(destinations):
                told = self._kept.get((one, other, slot))
                if told is not None and not np.isnan(told):
                    seconds[row, column] = max(1.0, told)
        return seconds

    def _ask(self, origins: Sequence[str], destinations: Sequence[str], slot: int, at: datetime) -> None:
        deadline = self._clock() + self._patience.timeout_s
        tiles = tiles_of(origins, destinations, self._service)
        asked: dict[Future[Floats], _Tile] = {
            self._pool.submit(self._table, tile, at, deadline): tile for tile in tiles
        }
        done, late = wait(asked, timeout=self._patience.timeout_s)
        for question in late:
            question.cancel()
        failures = [f"{len(late)} late"] if late else []
        for question in done:
            try:
                self._keep(asked[question], question.result(), slot)
            except (httpx.HTTPError, httpx.InvalidURL, BadTable) as error:
                failures.append(type(error).__name__)  # its text may hold the address, and that the key
        if failures:
            self.breaker.failed()
            _log.warning("travel_service_failed", service=self._service.name, tiles=len(tiles), failures=failures[:5])
        else:
            self.breaker.succeeded()

    def _table(self, tile: _Tile, at: datetime, deadline: float) -> Floats:
        left_s = deadline - self._clock()
        if left_s <= 0:
            raise httpx.TimeoutException("no time left")
        origins = [centre_of(cell) for cell in tile.origins]
        destinations = [centre_of(cell) for cell in tile.destinations]
        question = self._service.question(origins, destinations, at)
        question.extensions["timeout"] = httpx.Timeout(left_s).as_dict()
        answer = self._client.send(question, stream=True)
        try:
            if answer.status_code != httpx.codes.OK:
                raise BadTable("it did not say 200")
            body = bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > LARGEST_ANSWER_BYTES or self._clock() > deadline:
                    raise BadTable("more than was asked for, or too slow")
        finally:
            answer.close()
        return checked_table(self._service.answer(bytes(body)), len(origins), len(destinations))

    def _keep(self, tile: _Tile, table: Floats, slot: int) -> None:
        for one, row in zip(tile.origins, table.tolist(), strict=True):
            for other, seconds in zip(tile.destinations, row, strict=True):
                self._kept[one, other, slot] = seconds
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)


def tiles_of(origins: Sequence[str], destinations: Sequence[str], service: TableService) -> list[_Tile]:
    """The table in pieces, each within the service's limits; the fewest that rows and columns of one size allow."""
    limits = service.limits
    columns = min(len(destinations), limits.destinations, limits.places - 1, limits.pairs)
    rows = max(1, min(len(origins), limits.origins, limits.places - columns, limits.pairs // columns))
    if rows == 1 and len(origins) > 1:
        rows = min(len(origins), limits.origins, limits.places // 2, int(limits.pairs**0.5))
        columns = min(columns, limits.places - rows, limits.pairs // rows)
    return [
        _Tile(origins[row : row + rows], destinations[column : column + columns])
        for row in range(0, len(origins), rows)
        for column in range(0, len(destinations), columns)
    ]
