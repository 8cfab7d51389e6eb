"""Does everybody come who said so? Looks at every drive, asks who stands, strays or is silent, and sends another."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from application.call_about_drive import CallAboutDrive, call_about_drive
from application.dispatch import orders
from application.dispatch.ordering import Ordering
from application.nudge_drive import NudgeDrive, nudge_drive
from application.resume_drive import ResumeDrive, resume_drive
from application.take_from_drive import TakeFromDrive, take_from_drive
from application.trade import FREE_EVERYWHERE, Trade
from domain.drive_watch import NOTHING_SEEN, Doubt, DriveMemory, Rules, Sight, Step, looked, next_step
from domain.geography import cell_of, centre_of, points_apart_m

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.drive_board import Drive, DriveBoard
    from application.dispatch.due import Decide
    from application.dispatch.ordering import HearsRefusals, RunsCommands
    from application.dispatch.whereabouts import Whereabouts
    from application.positions import Seen


@dataclass(frozen=True, slots=True)
class Vigilance:
    """How drives are watched, and how many at once."""

    rules: Rules = field(default=Rules())
    trade: Trade = FREE_EVERYWHERE
    most_drives: int = 20_000
    """Drives looked at: every crew of the largest city on its way at once."""
    most_orders: int = 200
    """Ordered at once: one group commit; the rest follows at the next look."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look came to, by step."""

    drives: int
    steps: Mapping[Step, int]


class DriveWatch:
    """Looks at every drive now and then. All it remembers may be forgotten at any time: what was done is in the log."""

    def __init__(
        self,
        board: DriveBoard,
        whereabouts: Whereabouts,
        engine: RunsCommands,
        vigilance: Vigilance,
        watch: HearsRefusals,
    ) -> None:
        self._board = board
        self._whereabouts = whereabouts
        self._ordering = Ordering(engine, watch)
        self._vigilance = vigilance
        self._memories: dict[UUID, DriveMemory] = {}

    async def look(self, at: datetime) -> Looked:
        """Do what each drive calls for, SOS first; what that was. Raises what the board raises."""
        drives = await self._board.drives(self._vigilance.most_drives)
        seen = await self._seen(drives, at)
        memories: dict[UUID, DriveMemory] = {}
        found: list[tuple[Drive, Step, Doubt | None, Sight]] = []
        for drive in drives:
            last = seen.get(drive.shift_id)
            # Who never said where it is cannot be watched: it is not missed, as with its shift.
            if last is None or (drive.nudged is None and _was_silent_before(last, drive)):
                continue
            sight = _sight(drive, last, at)
            rules = self._vigilance.rules
            memory = self._memories.get(drive.offer_id, NOTHING_SEEN)
            memories[drive.offer_id], doubt = looked(memory, sight, drive.excuse, rules.terms)
            step = next_step(drive.nudged, doubt, sight, drive.excuse, rules)
            if step is not None:
                found.append((drive, step, doubt, sight))
        self._memories = memories
        found.sort(key=lambda each: not each[0].sos)
        del found[self._vigilance.most_orders :]
        await asyncio.gather(*(self._take(*each) for each in found))
        steps = [step for _, step, _, _ in found]
        return Looked(len(drives), {step: steps.count(step) for step in Step})

    async def _seen(self, drives: Sequence[Drive], at: datetime) -> dict[UUID, Seen]:
        by_tenant: dict[str, list[UUID]] = {}
        for drive in drives:
            by_tenant.setdefault(drive.tenant, []).append(drive.shift_id)
        answers = await asyncio.gather(
            *(self._whereabouts.seen(tenant, shift_ids, at) for tenant, shift_ids in by_tenant.items())
        )
        return {shift_id: seen for answer in answers for shift_id, seen in answer.items()}

    async def _take(self, drive: Drive, step: Step, doubt: Doubt | None, sight: Sight) -> None:
        context = orders.to_watch(step.value, drive, sight.at)
        decide = self._decision(drive, step, doubt, sight)
        await self._ordering.order(f"drive_{step.value}", drive.request_id, context, decide)

    def _decision(self, drive: Drive, step: Step, doubt: Doubt | None, sight: Sight) -> Decide:
        actor, request_id, offer_id, at = orders.dispatcher_of(drive.tenant), drive.request_id, drive.offer_id, sight.at
        if step is Step.NUDGE:
            away_m = round(sight.away_m)
            nudge = NudgeDrive(actor, request_id, offer_id, doubt or Doubt.STALLED, away_m, at)
            return lambda work: nudge_drive(nudge, work)
        if step is Step.CALL:
            call = CallAboutDrive(actor, request_id, offer_id, at)
            return lambda work: call_about_drive(call, work)
        if step is Step.RESUME:
            resume = ResumeDrive(actor, request_id, offer_id, at)
            return lambda work: resume_drive(resume, work)
        after = self._vigilance.rules.patience.revokes_after
        revoke = TakeFromDrive(actor, request_id, offer_id, cell_of(*sight.place), after, at)
        return lambda work: take_from_drive(revoke, work, self._vigilance.trade)


def _sight(drive: Drive, seen: Seen, at: datetime) -> Sight:
    place = (seen.ping.lat, seen.ping.lng)
    return Sight(at, seen.ping.taken_at, seen.received_at, place, points_apart_m(place, centre_of(drive.cell)))


def _was_silent_before(seen: Seen, drive: Drive) -> bool:
    """Whether a crew was silent long before it took this job: then it takes jobs by telephone, and no ping is due."""
    return (drive.assigned_at - seen.received_at).total_seconds() > SILENT_BEFORE_S


SILENT_BEFORE_S: Final = 900
"""A quarter of an hour: any phone that speaks at all has spoken in it."""
