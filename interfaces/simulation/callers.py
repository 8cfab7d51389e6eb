"""How do simulated customers call for help? Each with a token of their own, at their time, once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from interfaces.simulation import reading
from interfaces.simulation.acts import Acts
from interfaces.simulation.api import GaveUp, Refused, Who
from interfaces.simulation.day import Journal, lot, person
from interfaces.simulation.recorded_calls import SERVICES, Recorded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CASH: Final = "cash"
WALLET: Final = "wallet"
MIX: Final = "mix"
PAYS: Final = (CASH, WALLET, MIX)
"""How customers pay where something is charged; of a mix every second one, by lot, keeps money with the service."""

# At once in the air: more than this only queues in the client's connections.
MOST_AT_ONCE: Final = 64
# What the API takes as a note.
LONGEST_NOTE: Final = 500


class Callers:
    """Everyone who calls on that day."""

    def __init__(
        self,
        acts: Acts,
        calls: Sequence[Recorded],
        journal: Journal,
        pay: str = CASH,
        services: Mapping[str, str] = SERVICES,
    ) -> None:
        self._acts = acts
        self._pay = pay
        self._calls = calls
        self._journal = journal
        self._services = services
        self._at_once = asyncio.Semaphore(MOST_AT_ONCE)
        self.request_ids: dict[str, str] = {}
        self.refusals: dict[str, str] = {}

    def customer_of(self, call: Recorded) -> str:
        """The subject of whoever makes that call."""
        return person(self._acts.run, f"customer/{call.id}")

    async def call_for_help(self, speed: float) -> None:
        """Make every call at its time; returns when the last was answered."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as everyone:
            for call in self._calls:
                due = began + (call.ts - self._calls[0].ts).total_seconds() / speed
                await asyncio.sleep(max(0.0, due - loop.time()))
                await self._at_once.acquire()
                everyone.create_task(self._call(call))

    async def _call(self, call: Recorded) -> None:
        try:
            who = Who("customer", self.customer_of(call))
            # The key is a fact of the recorded row: however often it is sent, the call is made once.
            answer = await self._acts.call(who, call.id, self._body(call))
            self.request_ids[call.id] = answer["id"]
            self._journal.made(answer["id"], call)
            quote = reading.quote_of(answer)
            if quote is not None and not reading.is_confirmed(answer):
                await self._acts.agree(who, answer["id"], quote, self._method(call))
        except (Refused, GaveUp) as error:
            self.refusals[call.id] = str(error)
            self._journal.fault(f"line {call.line}: {error}")
        finally:
            self._at_once.release()

    def _method(self, call: Recorded) -> str:
        if self._pay != MIX:
            return self._pay
        return (CASH, WALLET)[lot("pays", call.id) % 2]

    def _body(self, call: Recorded) -> dict[str, object]:
        return {
            "service": self._services[call.kind],
            "vehicle_class": "car",
            "location": {"lat": call.lat, "lng": call.lng},
            "contact": {"name": f"Caller {call.id}", "phone": f"+1610555{lot(call.id) % 10_000:04d}"},
            "note": "".join(filter(str.isprintable, call.address))[:LONGEST_NOTE],
        }
