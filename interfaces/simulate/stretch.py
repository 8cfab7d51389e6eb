"""What happened in a stretch of a recorded log, as a simulation needs it: calls, crews, answers, drives and work?

Places are the centres of cells: exact ones are personal, and no event has them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING, Final

from application.dispatch.policies.names import PolicyName
from application.dispatch.work_times import EXPECTED_S
from domain.catalogue import Service, VehicleClass
from domain.geography import centre_of
from domain.refusal import BadInput
from infra.event_store.codec import decode
from interfaces.simulate.answered import Answer, AsRecorded
from interfaces.simulate.demand import Call, Demand, in_order
from interfaces.simulate.supply import Crew, Supply

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from application.log import LoggedEvent

WORK_ENDS: Final = frozenset(
    {"service_request.vehicle_loaded", "service_request.work_completed", "service_request.completed"}
)
ENDS: Final = frozenset(
    f"service_request.{how}" for how in ("completed", "cancelled", "unfulfilled", "expired", "merged", "unsuccessful")
)
ASKED: Final = "offer.made"
DETOUR: Final = 1.35
"""As `vehicaid simulate` reckons by default; only detour and pace together can be told from drives."""
SLOWEST_KMH, FASTEST_KMH, USUAL_KMH = 1.0, 200.0, 35.0


class BadStretch(BadInput):
    """Nothing can be played again from there to there."""

    code = "bad_stretch"


@dataclass(slots=True)
class Ride:
    """A recorded request, as far as it went."""

    id: str
    at: datetime
    cell: str
    service: Service
    vehicle_class: VehicleClass
    drop_cell: str | None
    departed_at: datetime | None = None
    arrived_at: datetime | None = None
    worked_until: datetime | None = None
    gave_up_at: datetime | None = None
    ended_at: datetime | None = None
    offers: int = 0
    crow_m: float = 0.0


@dataclass(slots=True)
class Duty:
    """A recorded shift: since when, until when, and where it was free in the stretch for the first time."""

    id: str
    at: datetime
    cell: str
    told: Mapping[str, object]
    ended_at: datetime | None = None
    is_busy: bool = False
    free_at: datetime | None = None


@dataclass(slots=True)
class Stretch:
    """A tenant's log from an instant up to another, that one not included."""

    begins_at: datetime
    ends_at: datetime
    _rides: dict[str, Ride] = field(default_factory=dict)
    _duties: dict[str, Duty] = field(default_factory=dict)
    _offers: dict[str, tuple[str, str, datetime, float]] = field(default_factory=dict)
    _answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    _policies: Counter[str] = field(default_factory=Counter)

    @property
    def rides(self) -> list[Ride]:
        """Who called in it, and who waited when it began without anybody on the way."""
        return [
            ride
            for ride in self._rides.values()
            if ride.at >= self.begins_at or not _is_before(ride.departed_at or ride.ended_at, self.begins_at)
        ]

    def covers(self, at: datetime) -> bool:
        """Whether that instant belongs to it."""
        return self.begins_at <= at < self.ends_at

    def hear(self, event: LoggedEvent) -> None:
        """Take note of an event, whenever it was; of all of them in order."""
        at, topic = event.occurred_at, event.topic
        kind = topic.partition(".")[0]
        if kind not in {"service_request", "shift", "offer", "decision"}:
            return
        told, stream = decode(topic, event.payload), str(event.stream_id)
        if kind == "shift" and at < self.ends_at:
            self._hear_shift(topic, stream, told, at)
        elif kind == "service_request":
            self._hear_request(topic, stream, told, at)
        elif kind == "offer" and self.covers(at):
            self._hear_offer(topic, stream, told, at)
        elif topic == "decision.made" and self.covers(at):
            self._policies[str(told["policy"])] += 1

    def demand(self) -> Demand:
        """The calls; work that never ended takes what its service took on average."""
        took: dict[Service, list[float]] = {}
        for ride in self.rides:
            if ride.arrived_at and ride.worked_until:
                took.setdefault(ride.service, []).append((ride.worked_until - ride.arrived_at).total_seconds())
        calls = []
        for ride in self.rides:
            work_s = fmean(took.get(ride.service, [EXPECTED_S]))
            if ride.arrived_at and ride.worked_until:
                work_s = (ride.worked_until - ride.arrived_at).total_seconds()
            patience_s = None if ride.gave_up_at is None else (ride.gave_up_at - ride.at).total_seconds()
            drop = None if ride.drop_cell is None else centre_of(ride.drop_cell)
            place = centre_of(ride.cell)
            calls.append(Call(ride.id, ride.at, place, ride.service, ride.vehicle_class, work_s, patience_s, drop))
        return Demand(in_order(calls))

    def supply(self, more: int = 0) -> Supply:
        """The crews on duty in it, each from when it was free; and so many more like them, for all of the stretch."""
        crews = [crew for duty in self._duties.values() if (crew := self._crew(duty)) is not None]
        added = (
            [
                Crew(f"{like.id}+{n}", like.place, like.services, like.vehicle_classes, self.begins_at)
                for n in range(more)
                for like in [crews[(n * len(crews) // more) % len(crews)]]
                if crews
            ]
            if crews
            else []
        )
        return Supply((*crews, *added))

    def policy(self) -> PolicyName | None:
        """Who decided most of it; None where only people did, or a policy that is no more."""
        known = [name for name, _ in self._policies.most_common() if name in {each.value for each in PolicyName}]
        return PolicyName(known[0]) if known else None

    def script(self, policy: PolicyName, seed: int) -> AsRecorded:
        """How the world behaves: crews answer and drive as they did."""
        answered = list(self._answers.values())
        spoke = [each for each in answered if each.after_s is not None]
        after = sorted(each.after_s for each in spoke if each.after_s is not None)
        driven = [ride for ride in self.rides if ride.crow_m and ride.departed_at and ride.arrived_at]
        drove_s = sum(
            (ride.arrived_at - ride.departed_at).total_seconds()
            for ride in driven
            if ride.arrived_at and ride.departed_at
        )
        kmh = sum(ride.crow_m for ride in driven) * DETOUR / drove_s * 3.6 if drove_s > 0 else USUAL_KMH
        return AsRecorded(
            policy=policy,
            speed_kmh=min(FASTEST_KMH, max(SLOWEST_KMH, kmh)),
            detour=DETOUR,
            decline_rate=sum(not each.accepts for each in spoke) / max(1, len(spoke)),
            silent_rate=(len(answered) - len(spoke)) / max(1, len(answered)),
            answer_s=(after[len(after) // 4], after[3 * len(after) // 4]) if after else (0.0, 0.0),
            seed=seed,
            answers=self._answers,
        )

    def _crew(self, duty: Duty) -> Crew | None:
        starts_at = max(duty.at, duty.free_at or duty.at, self.begins_at)
        never_free = duty.is_busy and duty.free_at is None and duty.at < self.begins_at
        ends_at = duty.ended_at
        if never_free or starts_at >= self.ends_at or (ends_at is not None and ends_at <= starts_at):
            return None
        able, classes = _words(duty.told["capabilities"]), _words(duty.told["vehicle_classes"])
        services = tuple(each for each in Service if each.value in able)
        vehicle_classes = tuple(each for each in VehicleClass if each.value in classes)
        return Crew(duty.id, centre_of(duty.cell), services, vehicle_classes, starts_at, ends_at)

    def _hear_shift(self, topic: str, stream: str, told: Mapping[str, object], at: datetime) -> None:
        if topic == "shift.started":
            self._duties[stream] = Duty(stream, at, str(told["cell"]), told)
        duty = self._duties.get(stream)
        if duty is None:
            return
        if topic in {"shift.ended", "shift.forced_off"}:
            duty.ended_at = at
        elif at < self.begins_at or (duty.is_busy and duty.at < self.begins_at and duty.free_at is None):
            duty.cell = str(told.get("cell") or duty.cell)
            if topic == "shift.committed":
                duty.is_busy = True
            elif topic == "shift.released":
                duty.is_busy = False
                duty.free_at = at

    def _hear_request(self, topic: str, stream: str, told: Mapping[str, object], at: datetime) -> None:
        if topic == "service_request.requested" and at < self.ends_at:
            drop = None if told["drop_cell"] is None else str(told["drop_cell"])
            kind = Service(str(told["service"])), VehicleClass(str(told["vehicle_class"]))
            self._rides[stream] = Ride(stream, at, str(told["cell"]), *kind, drop)
        ride = self._rides.get(stream)
        if ride is None:
            return
        if topic == "service_request.dispatch_started" and ride.offers == 0:
            ride.at = at
        elif topic == "service_request.en_route_started":
            ride.departed_at = at
            ride.crow_m = self._offers.get(str(told["offer_id"]), ("", "", at, 0.0))[3]
        elif topic == "service_request.assignment_revoked":
            ride.departed_at = ride.arrived_at = None
        elif topic == "service_request.arrived_on_scene":
            ride.arrived_at = at
        elif topic in WORK_ENDS and ride.worked_until is None:
            ride.worked_until = at
        if topic == "service_request.cancelled" and told["by"] == "customer" and ride.departed_at is None:
            ride.gave_up_at = at
        if topic in ENDS:
            ride.ended_at = at

    def _hear_offer(self, topic: str, stream: str, told: Mapping[str, object], at: datetime) -> None:
        if topic == ASKED:
            ride = self._rides.get(str(told["request_id"]))
            if ride is not None:
                ride.offers += 1
            about = str(told["request_id"]), str(told["shift_id"])
            self._offers[stream] = (*about, at, float(str(told["distance_m"] or 0)))
        elif stream in self._offers and topic in {"offer.accepted", "offer.declined", "offer.lapsed"}:
            request, shift, asked_at, _ = self._offers[stream]
            after_s = None if topic == "offer.lapsed" else (at - asked_at).total_seconds()
            self._answers.setdefault((request, shift), Answer(topic == "offer.accepted", after_s))


def stretch_of(events: Iterable[LoggedEvent], tenant: str, begins_at: datetime, ends_at: datetime) -> Stretch:
    """The stretch; raises BadStretch when it is none, nobody called in it, or nobody was on duty."""
    if begins_at >= ends_at:
        raise BadStretch(f"--from {begins_at.isoformat()} is not before --to {ends_at.isoformat()}")
    found = Stretch(begins_at, ends_at)
    for event in events:
        if event.tenant == tenant:
            found.hear(event)
    if not found.rides:
        raise BadStretch(f"nobody called for help in that time (tenant {tenant[:40]})")
    if not found.supply().crews:
        raise BadStretch(f"no crew was on duty in that time (tenant {tenant[:40]})")
    return found


def _is_before(at: datetime | None, other: datetime) -> bool:
    return at is not None and at < other


def _words(told: object) -> frozenset[str]:
    return frozenset(str(each) for each in told) if isinstance(told, list | tuple) else frozenset()
