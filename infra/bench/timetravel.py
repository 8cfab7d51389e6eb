"""How long does a balance, a statement or a bill of another time take, at a million events, on the accounts in use?"""

from __future__ import annotations

import random
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Final
from uuid import uuid5

import psycopg
import uvloop

from infra.bench.frame import BenchServer, Report, at_most, bench_server, machine, summary
from infra.bench.money_history import BEGINS_AT, NAMES, TENANT, MoneyHistory, fill_with_money
from infra.projections.rebuild import rebuilding
from infra.projections.shadow import Shadow
from infra.projections.swap import swap
from infra.queries.books_then import FOLDED, BooksThen, Then
from infra.queries.papers_then import PapersThen
from infra.queries.pool import reader_pool
from projections.catalog import read_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from projections.read_model import AnyReadModel

EVENTS, QUICK_EVENTS = 1_000_000, 60_000
ASKED, QUICK_ASKED = 3_000, 300
CHECKED, QUICK_CHECKED = 60, 15
LASTS: Final = timedelta(days=365)
A_PAGE: Final = 50
BAR_MS: Final = 20
EVERY_POSTING: Final = (
    "SELECT coalesce(sum(amount_minor), 0)::bigint FROM ledger_postings"
    " WHERE tenant = %s AND account = %s AND booked_at <= %s AND position <= %s"
)


class Traveller:
    """Draws what is asked: accounts by how much is booked on them, instants and positions evenly."""

    def __init__(self, dsn: str, head: int, jobs: int) -> None:
        self._dsn = dsn
        self._head = head
        self._jobs = jobs
        self._random = random.Random(1)  # noqa: S311  (a seed)

    def accounts(self, count: int) -> list[str]:
        """Of postings drawn evenly, so that an account comes as often as it is booked on."""
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            rows = connection.execute("SELECT account FROM ledger_postings ORDER BY random() LIMIT %s", (count,))
            return [str(account) for (account,) in rows.fetchall()]

    def then(self) -> Then:
        """Some instant, some position."""
        as_of = BEGINS_AT + LASTS * self._random.random()
        return Then(as_of, self._random.randint(1, self._head))

    def bill(self) -> str:
        """Some job."""
        return f"job/{self._random.randint(1, self._jobs)}"


async def _asked(dsn: str, traveller: Traveller, asked: int, checked: int) -> tuple[dict[str, list[float]], int]:
    """Latencies in seconds by what was asked, and how many balances were not what every posting sums to."""
    pool = reader_pool(dsn)
    await pool.open()
    books, papers = BooksThen(pool), PapersThen(pool)
    taken: dict[str, list[float]] = {"balance": [], "statement": [], "bill": []}
    wrong = 0
    try:
        for number, account in enumerate(traveller.accounts(asked)):
            then = traveller.then()
            begun = perf_counter()
            stood = await books.of_account(TENANT, account, then)
            balance_s = perf_counter() - begun
            await books.entries(TENANT, account, then, A_PAGE)
            statement_s = perf_counter() - begun
            begun = perf_counter()
            await papers.bill(TENANT, uuid5(uuid5(NAMES, traveller.bill()), "bill"), then)
            if number >= asked // 20:  # the first ones find nothing in memory and plans not made
                taken["balance"].append(balance_s)
                taken["statement"].append(statement_s)
                taken["bill"].append(perf_counter() - begun)
            if number < checked:
                async with pool.connection() as connection:
                    asked_of = (TENANT, account, then.as_of, then.known_at)
                    found = await (await connection.execute(EVERY_POSTING, asked_of)).fetchone()
                wrong += found != (stood.get("INR", 0),)
    finally:
        await pool.close()
    return taken, wrong


def run(*, quick: bool, say: Callable[[str], None]) -> Report:
    """One after the other, on a log of a million events; ``quick`` has a smaller log."""
    events, asked, checked = (QUICK_EVENTS, QUICK_ASKED, QUICK_CHECKED) if quick else (EVENTS, ASKED, CHECKED)
    with bench_server() as server:
        say(f"telling {events:,} events")
        history = MoneyHistory(1, customers=events // 60, providers=events // 2_500, lasts=LASTS, events=events)
        head = fill_with_money(server.admin_dsn, server.settings.cell, history)
        say("folding them")
        begun = perf_counter()
        for name in FOLDED:
            _fold(server, read_model(name), head)
        folded_s = perf_counter() - begun
        with psycopg.connect(server.app_dsn, autocommit=True) as connection:
            connection.execute("ANALYZE")
            rows = {name: _count(connection, name) for name in ("ledger_postings", "ledger_history")}
        say(f"asking {asked:,} times")
        traveller = Traveller(server.app_dsn, head, events // 5)
        taken, wrong = uvloop.run(_asked(server.app_dsn, traveller, asked, checked))
    figures = {name: summary(seconds) for name, seconds in taken.items()}
    return Report(
        bench="timetravel",
        machine=machine(),
        setting={"events": head, "asked": asked, "postings": rows["ledger_postings"], "cells": rows["ledger_history"]},
        figures={**figures, "folded_per_s": round(head / folded_s)},
        bars=[
            *(at_most(f"timetravel_{name}_p99_ms", figures[name]["p99_ms"], BAR_MS) for name in taken),
            at_most("timetravel_wrong_balances", wrong, 0),
        ],
    )


def _fold(server: BenchServer, model: AnyReadModel, head: int) -> None:
    """As a rebuild does: a new generation, and a swap."""
    with rebuilding(server.settings, model) as connection:
        shadow = Shadow(server.settings, connection, model)
        shadow.build(head, lambda _position: None)
        swap(connection, model, shadow.generation.number)


def _count(connection: psycopg.Connection[tuple[object, ...]], name: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {name}".encode()).fetchone()  # noqa: S608  (names of our own)
    return int(str(row[0])) if row else 0
