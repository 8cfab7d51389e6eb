"""Can a read model be built anew while it serves, and taken back, without a reader noticing?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from application.log import LogSkipDetected
from infra.projections import shadow
from infra.projections.catch_up import bring_up_to_date
from infra.projections.connections import open_connection, try_lock
from infra.projections.differences import Differences
from infra.projections.facts import Connection
from infra.projections.generations import active_generation, generations
from infra.projections.lag import lags
from infra.projections.projector import Projector
from infra.projections.rebuild import RebuildRefused, rebuild, roll_back
from infra.projections.swap import SwapRefused
from infra.projections.verify import verify
from projections.catalog import READ_MODELS
from projections.fact import Fact
from projections.read_model import AnyReadModel, ReadModel, Row
from tests.projections.conftest import StartProjector
from tests.projections.telling import a_busy_log, caught_up, eventually, tell
from tests.projections.test_row_table import as_any
from tests.projections.test_runner import THE_BOARD
from tests.support.effort import THOROUGH
from tests.support.servers import Database


def yes(_differences: Differences) -> bool:
    """Swap."""
    return True


def active(eye: Connection, name: str = "request_board") -> tuple[int, int]:
    """Number and position of what is served."""
    found = active_generation(eye, name)
    assert found is not None
    return found.number, found.position


def tables(eye: Connection, name: str = "request_board") -> list[str]:
    """The tables there are of a read model."""
    rows = eye.execute(
        "SELECT tablename FROM pg_tables WHERE tablename LIKE %s AND schemaname = 'cell_main' ORDER BY tablename",
        (f"{name}\\_\\_g%",),
    )
    return [str(row[0]) for row in rows.fetchall()]


@contextmanager
def readers(cell: Database, many: int = 2) -> Iterator[Callable[[], list[tuple[float, int]]]]:
    """Read all the time; the value is every read's duration (s) and the newest position it saw."""
    stop = threading.Event()
    reads: list[tuple[float, int]] = []
    failed: list[BaseException] = []

    def read() -> None:
        newest = 0
        try:
            with psycopg.connect(cell.app_dsn, autocommit=True) as connection:
                while not stop.is_set():
                    begun = time.perf_counter()
                    row = connection.execute(
                        "SELECT count(*), coalesce(max(position), 0) FROM request_board", prepare=True
                    ).fetchone()
                    assert row is not None
                    reads.append((time.perf_counter() - begun, row[1]))
                    assert row[1] >= newest, "a reader was taken back in time"
                    newest = row[1]
                    time.sleep(0.001)
        except BaseException as error:  # noqa: BLE001  (told to the test below)
            failed.append(error)

    threads = [threading.Thread(target=read) for _ in range(many)]
    for thread in threads:
        thread.start()
    try:
        yield lambda: reads
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]


def test_a_rebuild_under_load_swaps_and_can_be_taken_back(
    cell: Database, eye: Connection, start_projector: StartProjector
) -> None:
    tell(cell, 1, 2_000)
    start_projector()
    eventually(lambda: caught_up(eye), "the history was seen")
    with a_busy_log(cell, 2) as done, readers(cell) as reads:
        eventually(lambda: done() > 50, "commands were done")
        outcome = rebuild(cell.settings, THE_BOARD, confirm=yes)
        assert outcome.swapped is not None
        assert outcome.differences.none
        assert active(eye)[0] == 2
        so_far = done()
        eventually(lambda: done() > so_far + 50, "commands were done after the swap")
        swapped = roll_back(cell.settings, THE_BOARD)
        assert (swapped.old, swapped.new, active(eye)[0]) == (2, 1, 1)
        so_far = done()
        eventually(lambda: done() > so_far + 50, "commands were done after the rollback")
        assert len(reads()) > 20
    eventually(lambda: caught_up(eye), "all events were seen")
    assert verify(cell.settings, THE_BOARD).none
    assert tables(eye) == ["request_board__g1", "request_board__g2"]


def test_old_generations_do_not_pile_up(cell: Database, eye: Connection) -> None:
    tell(cell, 1, 200)
    bring_up_to_date(cell.settings)
    for _ in range(3):
        rebuild(cell.settings, THE_BOARD, confirm=yes)
    assert tables(eye) == ["request_board__g3", "request_board__g4"]
    assert [each.number for each in generations(eye, "request_board")] == [3, 4]


def test_who_says_no_keeps_the_old_rows(cell: Database, eye: Connection) -> None:
    tell(cell, 1, 200)
    bring_up_to_date(cell.settings)
    outcome = rebuild(cell.settings, THE_BOARD, confirm=lambda _differences: False)
    assert outcome.swapped is None
    assert tables(eye) == ["request_board__g1"]


def test_what_was_changed_by_hand_is_found_shown_and_healed(cell: Database, eye: Connection, owner: Connection) -> None:
    tell(cell, 1, 500)
    bring_up_to_date(cell.settings)
    assert verify(cell.settings, THE_BOARD).none
    owner.execute("UPDATE request_board__g1 SET state = 'lost' WHERE ctid = (SELECT min(ctid) FROM request_board__g1)")
    owner.execute("DELETE FROM request_board__g1 WHERE ctid = (SELECT min(ctid) FROM request_board__g1)")
    found = verify(cell.settings, THE_BOARD)
    assert not found.none
    assert (found.changed, found.only_new, found.only_old) == (1, 1, 0)
    (changed,) = (sample for sample in found.samples if sample.old is not None)
    assert changed.changed.keys() == {"state"}
    assert changed.changed["state"][0] == "lost"
    assert tables(eye) == ["request_board__g1"]
    outcome = rebuild(cell.settings, THE_BOARD, confirm=yes)
    assert (outcome.differences.changed, outcome.differences.only_new) == (1, 1)
    assert verify(cell.settings, THE_BOARD).none


def test_more_differences_than_can_be_shown_are_counted(cell: Database, owner: Connection) -> None:
    tell(cell, 1, 500)
    bring_up_to_date(cell.settings)
    (rows,) = owner.execute("SELECT count(*) FROM request_board").fetchone() or (0,)
    owner.execute("UPDATE request_board SET attempt = attempt + 7")
    found = verify(cell.settings, THE_BOARD)
    assert found.changed == rows
    assert len(found.samples) == 20


class NewRow(Row, frozen=True, gc=False):
    """Another shape of the same read model."""

    tenant: str
    request_id: object
    asked_at: object
    calls: int


def second_version(calls: int = 1) -> AnyReadModel:
    """The board of a later release."""
    model = ReadModel("request_board", NewRow, version=THE_BOARD.version + 1, key=("tenant", "request_id"))

    @model.begins("service_request.requested")
    def _requested(fact: Fact) -> NewRow:
        return NewRow(fact.tenant, str(fact.stream_id), fact.text("service"), calls)

    return as_any(model)


def test_a_new_version_is_built_beside_the_old_and_swapped_in(
    cell: Database, eye: Connection, start_projector: StartProjector
) -> None:
    tell(cell, 1, 500)
    old = start_projector(THE_BOARD)
    eventually(lambda: caught_up_with(eye, "request_board"), "the old release was up to date")
    new = start_projector(second_version())
    eventually(lambda: active(eye)[0] == 2, "the new release took over")
    tell(cell, 2, 300)
    eventually(lambda: caught_up_with(eye, "request_board"), "the new release goes on")
    asked = eye.execute("SELECT count(*) FROM events WHERE topic = 'service_request.requested'").fetchone()
    assert eye.execute("SELECT sum(calls) FROM request_board").fetchone() == asked
    assert active(eye)[0] == 2, "the old release did not take it back"
    with pytest.raises(RebuildRefused, match="roll back with the release that made it"):
        roll_back(cell.settings, second_version())
    new.stop()
    old.stop()


def test_a_row_type_that_changed_without_its_version_halts(cell: Database, eye: Connection) -> None:
    forgotten = second_version()
    forgotten.version = THE_BOARD.version
    projector = Projector(cell.settings, [forgotten])
    projector.start()
    eventually(lambda: any(lag.halted and "raise the" in lag.halted for lag in lags(eye)), "it said what to do")
    projector.stop()
    assert active(eye)[0] == 1


def caught_up_with(eye: Connection, name: str) -> bool:
    """Whether one read model has seen everything."""
    return any(lag.name == name and lag.events == 0 for lag in lags(eye))


def test_only_one_builds_at_a_time(cell: Database) -> None:
    with open_connection(cell.settings, "somebody") as somebody:
        assert try_lock(somebody, cell.settings, "rebuild.request_board")
        with pytest.raises(RebuildRefused, match="another process"):
            rebuild(cell.settings, THE_BOARD, confirm=yes)
        with pytest.raises(RebuildRefused, match="another process"):
            verify(cell.settings, THE_BOARD)


def test_without_an_older_generation_there_is_no_way_back(cell: Database) -> None:
    with pytest.raises(RebuildRefused, match="no generation to go back to"):
        roll_back(cell.settings, THE_BOARD)


def test_what_a_killed_rebuild_left_is_swept_away(cell: Database, eye: Connection) -> None:
    tell(cell, 1, 300)
    bring_up_to_date(cell.settings)
    with open_connection(cell.settings, "killed") as connection:
        shadow.Shadow(cell.settings, connection, THE_BOARD).build(200, lambda _position: None)
    assert tables(eye) == ["request_board__g1", "request_board__g2"]
    assert verify(cell.settings, THE_BOARD).none
    assert tables(eye) == ["request_board__g1"]


def test_a_reader_that_does_not_end_keeps_the_old_rows(
    cell: Database, eye: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(cell, 1, 200)
    bring_up_to_date(cell.settings)
    monkeypatch.setattr("infra.projections.swap.ATTEMPTS", 3)
    with psycopg.connect(cell.app_dsn) as slow:
        slow.execute("SELECT count(*) FROM request_board")
        with pytest.raises(SwapRefused, match="does not end"):
            rebuild(cell.settings, THE_BOARD, confirm=yes)
        assert active(eye)[0] == 1
        # And nobody else had to wait for it.
        eye.execute("SET statement_timeout = 1000")
        assert eye.execute("SELECT count(*) FROM request_board").fetchone() is not None
    assert rebuild(cell.settings, THE_BOARD, confirm=yes).swapped is not None


@pytest.mark.parametrize("most", [1, 4, 25] if THOROUGH else [4])
def test_a_rebuild_in_little_memory_comes_to_the_same(
    cell: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    tell(cell, 1, 1_500)
    bring_up_to_date(cell.settings)
    monkeypatch.setattr(shadow, "PAGE", 40)
    little = cell.settings.model_copy(update={"projection_rows_in_memory": most})
    for model in READ_MODELS:
        assert verify(little, model).none, model.name


def test_a_gap_in_the_log_refuses_a_rebuild(cell: Database, eye: Connection, owner: Connection) -> None:
    tell(cell, 1, 300)
    bring_up_to_date(cell.settings)
    owner.execute("DELETE FROM events WHERE position = 100")
    with pytest.raises(LogSkipDetected):
        rebuild(cell.settings, THE_BOARD, confirm=yes)
    assert active(eye)[0] == 1
    assert tables(eye) == ["request_board__g1"]
