"""Does erasing a company or a crew member take away where they were, and only that?"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from infra.dispatch.engine import command_engine
from tests.dispatcher.city import near
from tests.dispatcher.processes import Desk
from tests.positions.test_port import NOW, seen
from tests.support.roadside import TENANT, some_id

if TYPE_CHECKING:
    from infra.positions.store import Positions
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


async def test_every_position_of_every_shift_of_theirs_goes(database: Database, positions: Positions) -> None:
    async with command_engine(database.settings) as engine:
        desk = Desk(engine)
        first, second = await desk.on_duty(near(1)), await desk.on_duty(near(2))
    await positions.keep(TENANT, [seen(0, first), seen(1, first), seen(0, second)])
    async with positions._track._pool.connection() as connection:
        rows = await (
            await connection.execute(
                "SELECT data ->> 'provider_id', data ->> 'crew_id' FROM log"
                " WHERE topic = 'shift.started' ORDER BY position"
            )
        ).fetchall()
    provider, crew = rows[0][0], rows[1][1]
    assert await positions.forget_person("rival", _id(provider)) == 0
    assert await positions.forget_person(TENANT, some_id(1)) == 0
    assert await positions.forget_person(TENANT, _id(provider)) == 2
    assert set(await positions.last(TENANT, [first, second], NOW)) == {second}
    assert await positions.forget_person(TENANT, _id(crew)) == 1
    assert await positions.last(TENANT, [first, second], NOW) == {}


def _id(text: object) -> UUID:
    return UUID(str(text))
