"""Does every read model come out the same from the stories of requests, however their facts are cut, and anew?"""

from __future__ import annotations

import random

import pytest

from application.log import NewEvent
from infra.bench.history import fill_log
from infra.projections.facts import Connection
from projections.catalog import READ_MODELS
from tests.projections.stories import STORIES
from tests.projections.test_poisoned_histories import kept_up, rebuilt
from tests.support.servers import Database

pytestmark = pytest.mark.anyio


async def tell_all(cell: Database) -> None:
    """Every story, each to a tenant of its own: they are about the same people."""
    for number, story in enumerate(STORIES):
        log = (await story()).log
        events = [
            (event.actor, NewEvent(event.stream_id, event.version, event.topic, event.payload, event.occurred_at))
            for event in log.events
        ]
        fill_log(cell.admin_dsn, cell.cell, events, (f"story-{number}",))


async def test_no_story_is_a_poison_and_every_rebuild_is_equal(cell: Database, eye: Connection) -> None:
    await tell_all(cell)
    chance = random.Random(7)  # noqa: S311  (a seed, so that a failure can be told again)
    for model in READ_MODELS:
        live = kept_up(cell.settings, model, chance)
        assert live[1] == [], f"{model.name} parked a story"
        assert live == rebuilt(cell.settings, model), model.name
    waiting = eye.execute(
        "SELECT t.tenant, t.kind, r.state FROM timers t JOIN request_board r USING (tenant, request_id)"
        " WHERE r.ended_at IS NOT NULL"
    ).fetchall()
    assert waiting == [], "whatever ended waits for nothing"
