"""Is every event folded exactly once, by one leader, whatever happens to connections and to events?"""

from __future__ import annotations

import threading
import time
from uuid import UUID

import psycopg
import pytest

from application.log import LogSkipDetected, NewEvent
from infra.projections.catch_up import bring_up_to_date
from infra.projections.connections import SILENCE_MS, give_way_when_frozen, open_connection
from infra.projections.facts import Connection, read_facts
from infra.projections.generation_writer import GenerationWriter, NoLongerOurs
from infra.projections.generations import active_generation, parked_streams
from infra.projections.lag import lags
from infra.projections.runner import ProjectionRunner
from infra.projections.verify import verify
from infra.projections.wakeups import WakeUps
from infra.telemetry.metrics import REGISTRY
from projections.catalog import READ_MODELS
from projections.fact import Fact
from projections.read_model import AnyReadModel, ReadModel, Row
from projections.request_board import request_board
from tests.projections.conftest import StartProjector
from tests.projections.telling import a_busy_log, caught_up, committer, eventually, one_save, tell
from tests.projections.test_row_table import as_any
from tests.support.roadside import LATER, TENANT
from tests.support.saves import event
from tests.support.servers import Database

THE_BOARD = as_any(request_board)


def verified(cell: Database) -> bool:
    """Whether everything that is served equals its rebuild."""
    return all(verify(cell.settings, model).none for model in READ_MODELS)


def test_read_models_keep_up_with_a_busy_log(cell: Database, eye: Connection, start_projector: StartProjector) -> None:
    tell(cell, 1, 1_000)
    start_projector()
    with a_busy_log(cell, 2) as done:
        eventually(lambda: done() > 300, "commands were done")
    eventually(lambda: caught_up(eye), "all events were seen")
    assert verified(cell)
    assert (
        eye.execute("SELECT count(*) FROM audit_trail").fetchone()
        == eye.execute("SELECT count(*) FROM events").fetchone()
    )


def test_starting_again_goes_on_where_it_was(cell: Database, eye: Connection, start_projector: StartProjector) -> None:
    tell(cell, 1, 500)
    first = start_projector()
    eventually(lambda: caught_up(eye), "the first history was seen")
    first.stop()
    tell(cell, 2, 500)
    assert all(lag.events > 0 for lag in lags(eye))
    start_projector()
    eventually(lambda: caught_up(eye), "the second history was seen")
    assert verified(cell)


def test_connections_that_are_killed_come_back(
    cell: Database, eye: Connection, owner: Connection, start_projector: StartProjector
) -> None:
    start_projector()
    with a_busy_log(cell, 4) as done:
        for round_number in range(1, 6):
            eventually(lambda at_least=30 * round_number: done() > at_least, "commands were done")  # type: ignore[misc]
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name IN ('vehicaid-wakeups', 'vehicaid-projection-runner')"
            )
    eventually(lambda: caught_up(eye), "all events were seen")
    assert verified(cell)


def test_a_lost_listener_listens_again(cell: Database, owner: Connection) -> None:
    wakeups = WakeUps(cell.settings)
    news = wakeups.subscribe()
    wakeups.start()
    log = committer(cell)
    try:
        eventually(news.is_set, "it said hello when it began to listen")
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'vehicaid-wakeups'"
        )
        news.clear()
        eventually(news.is_set, "it woke everybody when it was back")
        news.clear()
        log.append(one_save([event("a")]))
        eventually(news.is_set, "it heard of the append")
    finally:
        log.close()
        wakeups.stop()


def test_a_wake_up_that_is_lost_is_made_up_for_by_the_poll(cell: Database, eye: Connection) -> None:
    """Nobody ever sets this event: only the poll can find the news."""
    stop = threading.Event()
    runner = ProjectionRunner(cell.settings, [THE_BOARD], threading.Event(), stop)
    thread = threading.Thread(target=runner.run)
    thread.start()
    try:
        for seed in range(5):
            head = tell(cell, seed, 50)
            eventually(lambda at=head: position(eye, "request_board") == at, "the poll found it")  # type: ignore[misc]
    finally:
        stop.set()
        thread.join()


def position(eye: Connection, name: str) -> int:
    """Of what is served."""
    generation = active_generation(eye, name)
    assert generation is not None
    return generation.position


@pytest.mark.parametrize("payload", [b"{", b"[]", b'{"offer_id": 7}', b'{"offer_id": "\\u0000"}', b'"\xff"'])
def test_a_poison_event_parks_its_stream_and_no_other(
    cell: Database, eye: Connection, start_projector: StartProjector, payload: bytes
) -> None:
    tell(cell, 1, 400)
    (request_id,) = eye.execute(
        "SELECT stream_id FROM events WHERE topic = 'service_request.requested' ORDER BY position OFFSET 10 LIMIT 1"
    ).fetchone() or ("none",)
    log = committer(cell)
    poison = NewEvent(request_id, None, "service_request.offer_made", payload, LATER)  # type: ignore[arg-type]
    log.append(one_save([poison]))
    log.close()
    after = tell(cell, 2, 400)
    start_projector()
    eventually(lambda: caught_up(eye), "the projections went on")
    generation = active_generation(eye, "request_board")
    assert generation is not None
    (parked,) = parked_streams(eye, generation)
    assert (parked.tenant, parked.stream_id) == (TENANT, request_id)
    assert parked.from_position < after
    by_name = {lag.name: lag.parked_streams for lag in lags(eye)}
    assert by_name["request_board"] == 1
    assert by_name["audit_trail"] == 0
    assert verified(cell)


class Fussy(Row, frozen=True, gc=False):
    """A row that its table refuses for some facts, though the fold takes them."""

    tenant: str
    stream_id: UUID
    size: int


def _too_large(fact: Fact) -> Row:
    size = fact.data["size"]
    assert isinstance(size, int)
    return Fussy(fact.tenant, fact.stream_id, size)


def fussy() -> AnyReadModel:
    """A read model that trusts what is in a payload, as none should."""
    model = ReadModel("fussy", Fussy, version=1, key=("tenant", "stream_id"))
    model.begins("offer.lapsed")(_too_large)  # type: ignore[arg-type]  # a Fussy is what it makes
    return as_any(model)


def test_a_row_that_the_table_refuses_parks_its_stream_too(cell: Database, eye: Connection) -> None:
    log = committer(cell)
    for number in range(40):
        size = 2**70 if number == 36 else number
        log.append(one_save([event(f"s{number % 8}", None, b'{"size": %d}' % size, "offer.lapsed")]))
    log.close()
    model = fussy()
    bring_up_to_date(cell.settings, [model])
    generation = active_generation(eye, "fussy")
    assert generation is not None
    (parked,) = parked_streams(eye, generation)
    assert parked.from_position == 37
    assert "out of range" in parked.error
    assert eye.execute("SELECT sum(size) FROM fussy").fetchone() == (sum([32, 33, 34, 35, 28, 37, 38, 39]),)
    assert verify(cell.settings, model).none


def test_a_missing_event_stops_the_projection_and_nobody_overlooks_it(
    cell: Database, eye: Connection, owner: Connection, start_projector: StartProjector
) -> None:
    tell(cell, 1, 300)
    kept = owner.execute("DELETE FROM events WHERE position = 120 RETURNING *").fetchone()
    assert kept is not None
    start_projector()
    eventually(lambda: all(lag.halted for lag in lags(eye)), "all projections halted")
    for lag in lags(eye):
        assert lag.halted == "expected position 120, found 121"
        assert lag.position < 120
    assert counted("vehicaid_log_skips_total", "request_board") >= 1
    with owner.cursor() as cursor:
        cursor.execute(f"INSERT INTO events VALUES ({', '.join(['%s'] * len(kept))})", kept)  # noqa: S608
    eventually(lambda: caught_up(eye), "they went on when the log was whole again")
    assert not any(lag.halted for lag in lags(eye))
    assert verified(cell)


def counted(name: str, projection: str) -> float:
    """A metric of this process."""
    return REGISTRY.get_sample_value(name, {"projection": projection}) or 0.0


def test_a_skip_within_a_page_is_found(cell: Database, eye: Connection, owner: Connection) -> None:
    tell(cell, 1, 100)
    owner.execute("DELETE FROM events WHERE position IN (50, 60)")
    with pytest.raises(LogSkipDetected) as skip:
        read_facts(eye, 0, 1_000)
    assert (skip.value.expected, skip.value.found) == (50, 51)
    with pytest.raises(LogSkipDetected):
        read_facts(eye, 49, 5)


def test_a_zombie_writes_nothing(cell: Database, eye: Connection) -> None:
    """Two writers of one generation: whoever is behind finds that the position is no longer where it was."""
    tell(cell, 1, 600)
    generation = active_generation(eye, "request_board")
    assert generation is not None
    with open_connection(cell.settings, "zombie") as frozen, open_connection(cell.settings, "leader") as active:
        zombie = GenerationWriter(frozen, THE_BOARD, generation)
        leader = GenerationWriter(active, THE_BOARD, generation)
        facts = read_facts(active, 0, 300)
        leader.apply(facts)
        before = eye.execute("SELECT count(*), max(position) FROM request_board").fetchone()
        with pytest.raises(NoLongerOurs):
            zombie.apply(facts[:100])
        assert eye.execute("SELECT count(*), max(position) FROM request_board").fetchone() == before
        assert position(eye, "request_board") == 300


def test_one_of_two_projectors_leads_and_the_other_takes_over(
    cell: Database, eye: Connection, start_projector: StartProjector
) -> None:
    first = start_projector()
    eventually(lambda: leaders(eye) == len(READ_MODELS), "the first leads")
    start_projector()
    tell(cell, 1, 200)
    eventually(lambda: caught_up(eye), "the first folds")
    first.stop()
    tell(cell, 2, 200)
    eventually(lambda: caught_up(eye), "the second folds")
    assert leaders(eye) == len(READ_MODELS)
    assert verified(cell)


def leaders(eye: Connection) -> int:
    """How many projections are led by anybody."""
    row = eye.execute(
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE locktype = 'advisory' AND granted AND application_name LIKE 'vehicaid-projection-%'"
        " AND pg_stat_activity.datname = current_database()"
    ).fetchone()
    assert row is not None
    return int(str(row[0]))


def test_an_idle_leader_that_is_silent_loses_its_session(cell: Database) -> None:
    with open_connection(cell.settings, "silent") as silent:
        give_way_when_frozen(silent)
        time.sleep(SILENCE_MS / 1000 + 0.5)
        with pytest.raises(psycopg.OperationalError):
            silent.execute("SELECT 1")
