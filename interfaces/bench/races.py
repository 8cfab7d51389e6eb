"""Is anybody booked twice when providers race for jobs over HTTP while things break, and how soon is a loser told?"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import uvloop

from domain.actor import Actor, Role
from infra.bench.bookings import judged
from infra.bench.frame import BenchServer, Report, at_most, bench_server, machine, percentile, summary
from infra.embedded.ports import free_port
from infra.identity.place import local_authority
from interfaces.bench.outages import ApiProcess, Outages
from interfaces.bench.race_parts import KeptParts, Part, joined, sizes_of
from interfaces.bench.racing import ASKED, CLIENTS, PAUSE_S, TENANT, Client, Tally, Track, open_company
from interfaces.bench.sides import process

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ACCEPTS: Final = 100_000
QUICK_ACCEPTS: Final = 2_000
TRACKS: Final = 4
"""Races that are prepared beside the one that runs: two cores are busy with asking otherwise."""
FAULT_EVERY_S: Final = 20.0
QUICK_FAULT_EVERY_S: Final = 5.0
MOST_FAULTS: Final = 1_000
QUICK_FAULTS: Final = 3
"""A backend, the API, a backend: starting the API again costs more than all the races."""
LOSER_P99_S: Final = 1.0


def run(*, quick: bool, say: Callable[[str], None], accepts: int | None = None, keep: Path | None = None) -> Report:
    """All races in parts, each on a server of its own that is judged by its log; raises BadFile."""
    accepts = accepts or (QUICK_ACCEPTS if quick else ACCEPTS)
    every_s, most = (QUICK_FAULT_EVERY_S, QUICK_FAULTS) if quick else (FAULT_EVERY_S, MOST_FAULTS)
    kept, sizes = KeptParts(keep), sizes_of(accepts)

    def of(number: int, size: int) -> Part:
        def tell(step: str) -> None:
            say(f"part {number} of {len(sizes)}: {step}")

        return kept.of(number, size, lambda: _part(size, (every_s, most), tell))

    whole = joined(of(number, size) for number, size in enumerate(sizes, 1))
    wrong = [*whole.wrong, *whole.twice]
    if whole.given != whole.races:
        wrong.append(f"{whole.given} jobs were given in {whole.races} races")
    bars = [
        at_most("double bookings and answers that contradict the log", len(wrong), 0),
        at_most("loser's reply p99 outside outages, s", percentile(whole.loser_s, 0.99), LOSER_P99_S),
    ]
    setting: dict[str, str | int | float] = {"clients": CLIENTS, "asked": ASKED, "fault_every_s": every_s}
    return {"bench": "races", "machine": machine(), "setting": setting, "figures": _told(whole, wrong), "bars": bars}


def _told(whole: Part, wrong: list[str]) -> dict[str, object]:
    accepts = sum(whole.answers.values())
    return {
        "accepts": accepts,
        "races": whole.races,
        "raced_s": round(whole.raced_s, 1),
        "accepts_per_s": round(accepts / whole.raced_s, 1),
        "answers": whole.answers,
        "given_in_the_log": whole.given,
        "booked_twice_in_the_log": len(whole.twice),
        "outages": len(whole.outages_s),
        "in_outages_s": round(sum(whole.outages_s), 1),
        "longest_outage_s": round(max(whole.outages_s, default=0.0), 2),
        "winner": summary(whole.winner_s),
        "loser": summary(whole.loser_s),
        "loser_in_outage": summary(whole.loser_in_outage_s) if whole.loser_in_outage_s else {},
        "wrong": wrong[:5],
    }


def _part(accepts: int, faults: tuple[float, int], say: Callable[[str], None]) -> Part:
    with bench_server() as server, ExitStack() as running:
        tally, outages = raced(server, running, accepts, faults, say)
        say("reading the log")
        found = judged(server.admin_dsn)
    return Part(
        asked_for=accepts,
        answers=dict(tally.answers),
        races=tally.races,
        raced_s=tally.raced_s,
        given=found.given,
        twice=found.twice,
        wrong=tally.wrong,
        winner_s=tally.winner_s,
        loser_s=tally.loser_s,
        loser_in_outage_s=tally.loser_in_outage_s,
        outages_s=[until - since for since, until in outages.spans],
    )


def raced(
    server: BenchServer, running: ExitStack, accepts: int, faults: tuple[float, int], say: Callable[[str], None]
) -> tuple[Tally, Outages]:
    """So many accepts against an API and a database that are killed: so many seconds apart, so often."""
    running.enter_context(process(["interfaces.cli", "projector"], server.settings, free_port()))
    api = ApiProcess(server.settings)
    running.callback(api.kill)
    say("starting")
    api.start()
    outages = Outages(api, server.admin_dsn)
    return uvloop.run(_raced(server, outages, accepts, faults, say)), outages


async def _raced(
    server: BenchServer, outages: Outages, accepts: int, faults: tuple[float, int], say: Callable[[str], None]
) -> Tally:
    authority, port, tally = local_authority(server.settings.token_key, 86_400), outages.api.port, Tally()

    def sign(actor: Actor) -> str:
        return authority.sign(actor, datetime.now(UTC))

    clients, turn = [Client(port) for _ in range(CLIENTS)], asyncio.Lock()
    desks, tracks = [Client(port) for _ in range(TRACKS)], []
    for desk_client in desks:
        desk = sign(Actor.system("dispatcher", TENANT))
        crews = [await open_company(desk_client, desk, sign) for _ in range(ASKED)]
        tracks.append(Track(desk_client, desk, sign(Actor(Role.CUSTOMER, uuid4(), TENANT)), crews))

    async def go_round(track: Track) -> None:
        while sum(tally.answers.values()) < accepts or not outages.spans:  # what nothing broke proves nothing
            await track.race(clients, turn, outages, tally)
            done, took_s = sum(tally.answers.values()), perf_counter() - begun
            left_min = max(0, accepts - done) * took_s / done / 60
            say(f"{done:,} of {accepts:,} accepts, {len(outages.spans)} outages, {left_min:.0f} min to go")

    begun, breaking = perf_counter(), asyncio.create_task(_break_things(outages, *faults))
    try:
        await asyncio.gather(*(go_round(track) for track in tracks))
    finally:
        tally.raced_s = perf_counter() - begun
        breaking.cancel()
        await asyncio.gather(breaking, return_exceptions=True)
        await _hang_up([*clients, *desks])
    return tally


async def _hang_up(clients: list[Client]) -> None:
    """The loop closes connections a moment later; closing it with some of them open fails now and then."""
    for client in clients:
        client.close()
    await asyncio.sleep(PAUSE_S)


async def _break_things(outages: Outages, every_s: float, times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(every_s)
        await outages.one()
