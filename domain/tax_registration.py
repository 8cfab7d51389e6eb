"""Under which tax registrations does a tenant bill, state by state, from which instant on?"""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Created, event
from domain.gst.gstin import checked_gstin, state_of
from domain.tariff_terms import checked_state
from domain.timeline import Dated, Timeline, check_effect

REGISTRATIONS = UUID("0c1f6f0e-6a5b-5a77-9a54-2d5f0f1e7c31")
"""The uuid5 namespace in which the stream of a tenant's registrations is a fact of the tenant."""


def registrations_stream(tenant: str) -> UUID:
    """The stream of a tenant's registrations: there is one."""
    return uuid5(REGISTRATIONS, tenant)


class TaxRegistrations(Aggregate):
    """The registrations through time; a state without one is billed from without a number.

    None begins or ends in the past: bills went out, and say what they say.
    """

    TOPIC = "tax_registrations"

    class Opened(Created):
        """There are registrations; the first follows."""

        TOPIC: ClassVar[str] = "tax_registrations.opened"

    class Decided(Aggregate.Event):
        """In this state, bills carry that number from an instant on; an empty one ends the registration."""

        TOPIC: ClassVar[str] = "tax_registrations.decided"
        registration_version: int
        effective_from: datetime
        state_code: str
        gstin: str

    def __init__(self) -> None:
        self.by_state: dict[str, tuple[Dated[str], ...]] = {}

    @classmethod
    def open(cls, tenant: str, at: datetime) -> "TaxRegistrations":
        """Begin to register."""
        return cls._create(cls.Opened, id=registrations_stream(tenant), timestamp=at)

    def gstin_at(self, state_code: str, at: datetime) -> str:
        """The number in effect in a state, or empty."""
        return Timeline(self.by_state.get(state_code, ())).value_at(at) or ""

    def in_effect(self, at: datetime) -> dict[str, str]:
        """The numbers in effect, by state."""
        held = {state: self.gstin_at(state, at) for state in sorted(self.by_state)}
        return {state: gstin for state, gstin in held.items() if gstin}

    def register(self, gstin: str, effective_from: datetime, at: datetime, *, sandbox: bool = False) -> None:
        """Bill under this number in its state; what applies then already is no news.

        Raises BadGstin, BadEffect or TooManyVersions.
        """
        self._decide(state_of(checked_gstin(gstin, sandbox=sandbox)), gstin, effective_from, at)

    def end(self, state_code: str, effective_from: datetime, at: datetime) -> None:
        """Bill without a number in a state. Raises UnknownState, BadEffect or TooManyVersions."""
        self._decide(checked_state(state_code), "", effective_from, at)

    def _decide(self, state_code: str, gstin: str, effective_from: datetime, at: datetime) -> None:
        dated = self.by_state.get(state_code, ())
        check_effect(effective_from, at, len(dated), furthest_back=timedelta(0))
        if self.gstin_at(state_code, effective_from) != gstin:
            told = {"registration_version": len(dated) + 1, "state_code": state_code, "gstin": gstin}
            self.trigger_event(self.Decided, timestamp=at, effective_from=effective_from, **told)

    @event(Decided)
    def _on_decided(self, registration_version: int, effective_from: datetime, state_code: str, gstin: str) -> None:
        dated = self.by_state.get(state_code, ())
        self.by_state = {**self.by_state, state_code: (*dated, Dated(effective_from, registration_version, gstin))}
