"""Do the numbers tell when webhooks do not go out, and is it noted when a place fails?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from application.security_log import SecurityKind
from domain.ids import Prefix, show
from infra.hooks import watch
from infra.hooks.delivering import Delivering
from infra.queries.pool import reader_pool
from infra.telemetry.metrics import REGISTRY
from tests.infra.hooks.test_delivering import BROKEN, GONE, KEY, Mailbox, a_post
from tests.support.saves import NOON

if TYPE_CHECKING:
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


class Notes:
    """Keeps what is noted."""

    def __init__(self) -> None:
        self.kept: list[tuple[SecurityKind, str, str, str]] = []

    def note(self, kind: SecurityKind, **told: object) -> None:
        self.kept.append((kind, str(told["tenant"]), str(told["object_id"]), str(told["detail"])))


def number(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_what_waits_and_what_is_late_is_told(database: Database) -> None:
    async with a_post(database) as post, reader_pool(database.app_dsn, most=1) as pool:
        await post.placed("https://a.example/")
        await post.happened("one", "service_request.completed")
        await post.read()
        await watch.look(pool, NOON)
        assert (number("vehicaid_hook_messages", state="waiting"), number("vehicaid_hook_alarm")) == (1, 0)
        assert number("vehicaid_hook_endpoints", state="on") == 1
        await watch.look(pool, NOON + timedelta(minutes=6))
        assert number("vehicaid_hook_oldest_waiting_seconds") == number("vehicaid_hook_late_seconds") == 360
        assert number("vehicaid_hook_alarm") == 1
        post.mailbox.answers = BROKEN
        before = number("vehicaid_hook_deliveries_total", outcome="again")
        await post.delivering.go_on(NOON)
        assert number("vehicaid_hook_deliveries_total", outcome="again") == before + 1
        await watch.look(pool, NOON + timedelta(seconds=1))
        assert number("vehicaid_hook_alarm") == number("vehicaid_hook_late_seconds") == 0, "a retry is not due yet"


async def test_that_a_place_failed_is_noted_once(database: Database) -> None:
    notes = Notes()
    async with a_post(database) as post, reader_pool(database.app_dsn, most=2) as pool:
        hook, _ = await post.placed("https://a.example/")
        await post.happened("one", "service_request.completed")
        await post.happened("two", "service_request.completed")
        await post.read()
        delivering = Delivering(pool, KEY, Mailbox(GONE), lambda: 0.0, notes)
        await delivering.go_on(NOON)
        await delivering.go_on(NOON + timedelta(days=1))
        await watch.look(pool, NOON)
        assert number("vehicaid_hook_endpoints", state="failed") == 1
    assert notes.kept == [(SecurityKind.HOOK_FAILED, post.tenant, show(Prefix.HOOK, hook), "http_410")]
