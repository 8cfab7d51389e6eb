"""Who supplies the service to the customer, we or the provider, from which instant on? A tenant decides."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Created, event
from domain.split import SupplyModel
from domain.timeline import Dated, Timeline, check_effect

SUPPLY = UUID("9f0f3e8a-2c0b-5f64-8a58-1f1b6c9b7d15")
"""The uuid5 namespace in which the decision's stream is a fact of the tenant."""


def supply_stream(tenant: str) -> UUID:
    """The stream of a tenant's decision: there is one."""
    return uuid5(SUPPLY, tenant)


class SupplyDecision(Aggregate):
    """The supply model of a tenant through time; until something is decided, providers supply.

    It tells who owes the tax on the whole, and what is withheld: no job is divided anew when it changes.
    """

    TOPIC = "supply"

    class Opened(Created):
        """There is a decision; its first version follows."""

        TOPIC: ClassVar[str] = "supply.opened"

    class Decided(Aggregate.Event):
        """This model applies from an instant on."""

        TOPIC: ClassVar[str] = "supply.decided"
        supply_version: int
        effective_from: datetime
        model: SupplyModel

    def __init__(self) -> None:
        self.dated: tuple[Dated[SupplyModel], ...] = ()

    @classmethod
    def open(cls, tenant: str, at: datetime) -> "SupplyDecision":
        """Begin to decide."""
        return cls._create(cls.Opened, id=supply_stream(tenant), timestamp=at)

    def at(self, at: datetime) -> SupplyModel:
        """The model in effect at an instant."""
        return Timeline(self.dated).value_at(at) or SupplyModel.MARKETPLACE

    def decide(self, model: SupplyModel, effective_from: datetime, at: datetime) -> None:
        """Let a model apply from an instant on, never in the past; what applies then already is no news.

        Raises BadEffect or TooManyVersions.
        """
        check_effect(effective_from, at, len(self.dated), furthest_back=timedelta(0))
        if self.at(effective_from) is not model:
            told = {"supply_version": len(self.dated) + 1, "effective_from": effective_from, "model": model}
            self.trigger_event(self.Decided, timestamp=at, **told)

    @event(Decided)
    def _on_decided(self, supply_version: int, effective_from: datetime, model: SupplyModel) -> None:
        self.dated += (Dated(effective_from, supply_version, model),)
