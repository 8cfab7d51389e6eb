"""Do the boards of the dispatcher's chores read what the same folds in memory say, on real PostgreSQL?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from infra.dispatch.board import PostgresDispatchBoard
from infra.dispatch.booking_board import PostgresBookingBoard
from infra.dispatch.call_board import PostgresCallBoard
from infra.dispatch.drive_board import PostgresDriveBoard
from infra.dispatch.engine import command_engine
from infra.dispatch.standby_board import PostgresStandbyBoard
from infra.projections.install import install_read_models
from infra.projections.rebuild import rebuild
from projections.catalog import READ_MODELS
from tests.dispatcher.city import near
from tests.dispatcher.processes import Desk, events

if TYPE_CHECKING:
    from tests.support.servers import Database

pytestmark = pytest.mark.anyio
MANY = 100


async def test_each_board_reads_from_the_read_models(database: Database) -> None:
    install_read_models(database.settings)
    async with command_engine(database.settings) as engine:
        desk = Desk(engine)
        shift_id = await desk.on_duty(near(1))
        request_id = await desk.calls()
    for model in READ_MODELS:
        rebuild(database.settings, model, confirm=lambda _differences: True)
    assert events(database, "service_request.requested") == [request_id]
    now = datetime.now(UTC)
    async with await psycopg.AsyncConnection.connect(database.app_dsn, autocommit=True) as connection:
        board = PostgresDispatchBoard(connection)
        assert [each.shift_id for each in await board.free_shifts(MANY)] == [shift_id]
        assert await PostgresDriveBoard(connection).drives(MANY) == []
        (call,) = await PostgresCallBoard(connection).open_calls(now - timedelta(hours=1), MANY)
        assert (call.request_id, call.may_end) == (request_id, True)
        assert await PostgresCallBoard(connection).pointed_out(now - timedelta(hours=1)) == frozenset()
        bookings = PostgresBookingBoard(connection)
        assert await bookings.bookings(now + timedelta(hours=1), MANY) == []
        assert [each.shift_id for each in await bookings.at_work(MANY)] == [shift_id]
        standbys = PostgresStandbyBoard(connection, board)
        assert (await standbys.patrols(MANY), await standbys.ready(MANY), await standbys.outcomes()) == ([], [], {})
        assert not await standbys.sos_waits()
        assert [each.shift_id for each in await standbys.free_shifts(MANY)] == [shift_id]
