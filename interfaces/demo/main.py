"""What does the demo process run, and how does it end?"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from typing import TYPE_CHECKING, Final

from infra.stopping import end
from infra.supervisor.welcome import token_command
from infra.telemetry.logging import configure_logging, log
from interfaces.demo.city import GIVE_UP_AFTER_S, City, Place
from interfaces.demo.demand import Demand
from interfaces.simulation.api import Api

if TYPE_CHECKING:
    from infra.settings import Settings

# How often the log says how the city fares.
TELL_EVERY_S: Final = 60.0

_log = log("demo")


def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    configure_logging(settings.log_level, "demo")
    asyncio.run(_until_signalled(settings))
    _log.info("demo_stopped")


async def _until_signalled(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    living = asyncio.create_task(_live(settings))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((living, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    await end(living)
    if not living.cancelled() and (error := living.exception()) is not None:
        raise error


async def _live(settings: Settings) -> None:
    url = f"http://{settings.host}:{settings.port}"
    api = Api(url, settings.demo_tenant, GIVE_UP_AFTER_S)
    # Nobody of this city pays at the real gateway.
    checkout = settings.razorpay_base_url if settings.razorpay_base_url.startswith("http://") else ""
    place = Place(url, settings.demo_tenant, settings.demo_speed, settings.demo_seed, checkout)
    demand = Demand(settings.demo_seed, settings.demo_call_every_s)
    city = City(place, demand, api, tell=lambda what: _log.info("demo_fault", why=what))
    try:
        await city.open()
        _say(f"{len(city.crews.all)} crews are on duty in the demo city; one of them speaks with")
        _say(token_command("provider", settings.demo_tenant, city.crews.all[0].provider_id))
        _log.info("demo_open", crews=len(city.crews.all), tenant=settings.demo_tenant)
        counting = asyncio.create_task(_count(city))
        try:
            await city.live()
        finally:
            counting.cancel()
    finally:
        await api.close()


async def _count(city: City) -> None:
    while True:
        await asyncio.sleep(TELL_EVERY_S)
        _log.info("demo_lives", **city.journal.counts, requests=city.acts.api.tally.requests)


def _say(line: str) -> None:
    """A line for the person at the terminal: the supervisor shows what is neither info nor debug."""
    sys.stdout.write(json.dumps({"level": "", "event": line}, separators=(",", ":")) + "\n")
    sys.stdout.flush()
