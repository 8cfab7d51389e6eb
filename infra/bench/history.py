"""Which history do benches and tests of the read side tell? Real aggregates, on days that never happened."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final
from uuid import UUID

import psycopg

from application.log import NewEvent
from domain.actor import Role
from domain.aggregate import Aggregate
from domain.catalogue import Capability, Fuel, Service, VehicleClass
from domain.geography import cell_of
from domain.ids import uuid7
from domain.offer import DeclineReason, Offer, Terms, WhyClosed
from domain.request_terms import Call, CancelReason, ConfirmedBy, RevokeReason
from domain.service_request import ServiceRequest
from domain.shift import Shift
from infra.event_store.codec import encode
from infra.event_store.log import COLUMNS

BEGINS_AT: Final = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
OFFER_LASTS: Final = timedelta(seconds=25)
# Of a hundred offers; the rest is accepted.
DECLINED, LAPSED, CANCELLED = 12, 8, 4


@dataclass(frozen=True, slots=True)
class Step:
    """What one command would have saved."""

    actor: str
    events: tuple[NewEvent, ...]


@dataclass(slots=True)
class _Job:
    request: ServiceRequest
    shift: Shift | None = None
    offer: Offer | None = None
    done: bool = False


class RoadsideHistory:
    """Steps without end, the same for the same seed: shifts come and go, requests run side by side."""

    def __init__(self, seed: int, *, shifts: int = 30, at_once: int = 20) -> None:
        self._random = random.Random(seed)  # noqa: S311  (a seed, so that a failure can be told again)
        self._now = BEGINS_AT
        self._shifts = shifts
        self._at_once = at_once
        self._jobs: list[_Job] = []
        self._on_duty: list[Shift] = []

    def steps(self) -> Iterator[Step]:
        """One command after the other."""
        for number in count():
            self._now += timedelta(milliseconds=self._random.randrange(1, 4_000))
            free = [shift for shift in self._on_duty if shift.reservation is None]
            if len(self._on_duty) < self._shifts:
                yield self._start_shift()
            elif number % 97 == 0 and free:
                yield self._end_shift(self._random.choice(free))
            elif len(self._jobs) < self._at_once:
                yield self._request()
            else:
                yield self._advance(self._random.choice(self._jobs), free)
            self._jobs = [job for job in self._jobs if not job.done]

    def events(self, at_least: int) -> list[tuple[str, NewEvent]]:
        """The events of whole steps, with their actors."""
        found: list[tuple[str, NewEvent]] = []
        for step in self.steps():
            found += [(step.actor, event) for event in step.events]
            if len(found) >= at_least:
                break
        return found

    def _id(self) -> UUID:
        return uuid7(self._now, self._random.randbytes(10))

    def _cell(self) -> str:
        return cell_of(12.97 + self._random.uniform(-0.1, 0.1), 77.59 + self._random.uniform(-0.1, 0.1))

    def _save(self, actor: str, *aggregates: Aggregate) -> Step:
        facts = [fact for each in aggregates for fact in each.collect_events()]
        return Step(actor, tuple(encode(fact) for fact in facts))

    def _start_shift(self) -> Step:
        shift = Shift.start(
            self._id(),
            provider_id=self._id(),
            crew_id=self._id(),
            truck_id=self._id(),
            capabilities=self._random.sample(list(Capability), 3),
            cell=self._cell(),
            at=self._now,
        )
        self._on_duty.append(shift)
        return self._save(f"provider:prv_{shift.provider_id.hex}", shift)

    def _end_shift(self, shift: Shift) -> Step:
        shift.end(self._now)
        self._on_duty.remove(shift)
        return self._save(f"provider:prv_{shift.provider_id.hex}", shift)

    def _request(self) -> Step:
        customer_id = self._id()
        call = Call(
            customer_id,
            self._random.choice([Service.TOW, Service.FLAT_TYRE, Service.BATTERY_JUMP]),
            self._random.choice(list(VehicleClass)),
            Fuel.PETROL,
            self._cell(),
            self._id(),
            self._id(),
        )
        request = ServiceRequest.request(self._id(), call, self._now)
        self._jobs.append(_Job(request))
        return self._save(f"customer:usr_{customer_id.hex}", request)

    def _advance(self, job: _Job, free: list[Shift]) -> Step:
        if job.offer is None or job.shift is None:
            return self._offer(job, free)
        if job.request.live_offer is not None:
            return self._answer(job, job.offer, job.shift)
        return self._work(job, job.shift)

    def _offer(self, job: _Job, free: list[Shift]) -> Step:
        request = job.request
        willing = [shift for shift in free if shift.provider_id not in request.declined_by]
        if not willing:
            request.give_up(self._now)
            job.done = True
            return self._save("system:dispatcher", request)
        shift = job.shift = self._random.choice(willing)
        terms = Terms(
            request.id,
            shift.provider_id,
            shift.id,
            request.attempt,
            self._now + OFFER_LASTS,
            request.cell,
            request.service,
            request.vehicle_class,
            self._random.randrange(200, 20_000),
        )
        offer = job.offer = Offer.make(self._id(), terms, self._now)
        request.make_offer(offer.id, shift.provider_id, shift.id, self._now)
        shift.hold(offer.id, request.id, self._now)
        return self._save("system:dispatcher", request, shift, offer)

    def _answer(self, job: _Job, offer: Offer, shift: Shift) -> Step:
        request, chance = job.request, self._random.randrange(100)
        provider = f"provider:prv_{shift.provider_id.hex}"
        if chance >= DECLINED + LAPSED + CANCELLED:
            self._now = min(self._now, offer.lapses_at - timedelta(milliseconds=1))
            offer.accept(self._now)
            request.assign(offer.id, self._now)
            shift.commit(offer.id, self._now)
            return self._save(provider, offer, request, shift)
        job.offer = None
        if chance < DECLINED:
            self._now = min(self._now, offer.lapses_at - timedelta(milliseconds=1))
            offer.decline(DeclineReason.TOO_FAR, self._now)
            request.close_offer(offer.id, WhyClosed.DECLINED, self._now)
        elif chance < DECLINED + LAPSED:
            self._now = max(self._now, offer.lapses_at)
            offer.lapse(self._now)
            request.close_offer(offer.id, WhyClosed.LAPSED, self._now)
        else:
            offer.withdraw(self._now)
            request.cancel(Role.CUSTOMER, CancelReason.TOOK_TOO_LONG, self._now)
            job.done = True
        shift.release(offer.id, shift.cell, self._now)
        return self._save(provider, offer, request, shift)

    def _work(self, job: _Job, shift: Shift) -> Step:
        request, offer_id = job.request, job.request.assignment.offer_id if job.request.assignment else shift.id
        provider = f"provider:prv_{shift.provider_id.hex}"
        chance = self._random.randrange(100)
        if chance < 2:
            request.revoke_assignment(RevokeReason.STALLED, self._now)
            job.offer = None
        elif chance < 4:
            request.cancel(Role.CUSTOMER, CancelReason.NO_LONGER_NEEDED, self._now)
            job.done = True
        elif request.state == "assigned":
            request.report_en_route(self._now)
            return self._save(provider, request)
        elif request.state == "en_route":
            request.confirm_arrival(ConfirmedBy.PROVIDER, self._random.randrange(80), self._now)
            return self._save(provider, request)
        else:
            request.complete(self._now)
            job.done = True
        shift.release(offer_id, request.cell, self._now)
        return self._save(provider, request, shift)


def fill_log(
    admin_url: str, cell: str, events: list[tuple[str, NewEvent]], tenants: tuple[str, ...] = ("demo",)
) -> int:
    """Copy a history into an empty or grown log as its owner, dense behind the head; returns the new head.

    For benches and tests only: it goes past the append routine. Streams are spread over the tenants.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection, connection.transaction():
        connection.execute("SELECT set_config('search_path', %s, true)", (f"{cell},pg_temp",))
        row = connection.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()
        head = int(row[0]) if row else 0
        with connection.cursor() as cursor, cursor.copy(f"COPY events ({COLUMNS}) FROM STDIN") as copy:
            for position, (actor, event) in enumerate(events, head + 1):
                tenant = tenants[event.stream_id.int % len(tenants)]
                command = UUID(int=position)
                copy.write_row(
                    (
                        position, tenant, event.stream_id, event.version, event.topic, event.payload, command,
                        command, None, actor, event.occurred_at, event.occurred_at,
                    )
                )  # fmt: skip
        return head + len(events)


def some_events(seed: int, at_least: int) -> list[tuple[str, NewEvent]]:
    """The first events of the history of that seed."""
    return RoadsideHistory(seed).events(at_least)
