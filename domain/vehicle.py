"""Whose vehicle is it, what is it, and until when do its papers hold?"""

import re
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from domain.aggregate import Aggregate, Created, event
from domain.catalogue import Fuel, VehicleClass
from domain.refusal import BadInput, Refusal

REMIND_DAYS: Final = (30, 7, 1)
"""So many days before a paper ends its owner is told: time to compare, time to act, and the last day to."""
A_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class VehiclePaper(StrEnum):
    """What a vehicle needs to be on the road, and what runs out."""

    INSURANCE = "insurance"
    PUC = "puc"


class VehicleRetired(Refusal):
    """This vehicle is not on the road any more."""

    code = "vehicle_retired"


class BadVehicle(BadInput):
    """Make and model are codes: small letters, digits, - and _."""

    code = "bad_vehicle"


class Vehicle(Aggregate):
    """One vehicle of a customer; its plate lies in the personal store."""

    TOPIC = "vehicle"

    customer_id: UUID
    vehicle_class: VehicleClass
    fuel: Fuel
    make: str
    model: str
    record_id: UUID
    papers: dict[VehiclePaper, datetime] = field(default_factory=dict, init=False)
    reminded: dict[VehiclePaper, int] = field(default_factory=dict, init=False)
    is_retired: bool = field(default=False, init=False)

    class Registered(Created):
        """Somebody told us of a vehicle of theirs."""

        TOPIC: ClassVar[str] = "vehicle.registered"
        customer_id: UUID
        vehicle_class: VehicleClass
        fuel: Fuel
        make: str
        model: str
        record_id: UUID

    class PaperNoted(Aggregate.Event):
        """Its insurance, or its certificate of clean exhaust, holds until then."""

        TOPIC: ClassVar[str] = "vehicle.paper_noted"
        paper: VehiclePaper
        valid_until: datetime

    class Reminded(Aggregate.Event):
        """Its owner is told that a paper ends in so many days; once for each of them."""

        TOPIC: ClassVar[str] = "vehicle.reminded"
        paper: VehiclePaper
        valid_until: datetime
        days: int

    class Transferred(Aggregate.Event):
        """It is another customer's from now on; the plate is kept for that one anew."""

        TOPIC: ClassVar[str] = "vehicle.transferred"
        customer_id: UUID
        record_id: UUID

    class Retired(Aggregate.Event):
        """It is not on the road any more."""

        TOPIC: ClassVar[str] = "vehicle.retired"

    @classmethod
    def register(
        cls,
        vehicle_id: UUID,
        customer_id: UUID,
        kind: tuple[VehicleClass, Fuel],
        name: tuple[str, str],
        record_id: UUID,
        at: datetime,
    ) -> "Vehicle":
        """Begin; ``name`` are the codes of make and model, or empty. Raises BadVehicle."""
        if any(code and not A_CODE.fullmatch(code) for code in name):
            raise BadVehicle("make and model are like maruti_suzuki and swift")
        told = {"vehicle_class": kind[0], "fuel": kind[1], "make": name[0], "model": name[1], "record_id": record_id}
        return cls._create(cls.Registered, id=vehicle_id, timestamp=at, customer_id=customer_id, **told)

    def note_paper(self, paper: VehiclePaper, valid_until: datetime, at: datetime) -> None:
        """Note until when a paper holds; the same again is no news. Raises VehicleRetired."""
        self._check_on_the_road()
        if self.papers.get(paper) != valid_until:
            self.trigger_event(self.PaperNoted, timestamp=at, paper=paper, valid_until=valid_until)

    def remind(self, at: datetime) -> list[tuple[VehiclePaper, int]]:
        """Note which reminders are due, of each paper only the nearest; each is due once. Which ones those are."""
        due = [(paper, days) for paper in self.papers if (days := self._due(paper, at)) is not None]
        for paper, days in due:
            told = {"paper": paper, "valid_until": self.papers[paper], "days": days}
            self.trigger_event(self.Reminded, timestamp=at, **told)
        return due

    def transfer(self, customer_id: UUID, record_id: UUID, at: datetime) -> None:
        """Give it to another customer; to the same is no news. Raises VehicleRetired."""
        self._check_on_the_road()
        if self.customer_id != customer_id:
            self.trigger_event(self.Transferred, timestamp=at, customer_id=customer_id, record_id=record_id)

    def retire(self, at: datetime) -> None:
        """Take it off the road for good; twice is no news."""
        if not self.is_retired:
            self.trigger_event(self.Retired, timestamp=at)

    def _due(self, paper: VehiclePaper, at: datetime) -> int | None:
        until = self.papers[paper]
        reached = [days for days in REMIND_DAYS if until - timedelta(days=days) <= at < until]
        if self.is_retired or not reached:
            return None
        nearest = min(reached)
        return nearest if nearest < self.reminded.get(paper, max(REMIND_DAYS) + 1) else None

    def _check_on_the_road(self) -> None:
        if self.is_retired:
            raise VehicleRetired

    @event(PaperNoted)
    def _on_paper_noted(self, paper: VehiclePaper, valid_until: datetime) -> None:
        self.papers[paper] = valid_until
        self.reminded.pop(paper, None)

    @event(Reminded)
    def _on_reminded(self, paper: VehiclePaper, days: int) -> None:
        self.reminded[paper] = days

    @event(Transferred)
    def _on_transferred(self, customer_id: UUID, record_id: UUID) -> None:
        self.customer_id = customer_id
        self.record_id = record_id

    @event(Retired)
    def _on_retired(self) -> None:
        self.is_retired = True
