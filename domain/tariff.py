"""What may happen to a tariff: published for a zone or for everywhere, changed from an instant on, withdrawn?"""

from dataclasses import fields
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Created, event
from domain.price_terms import FeeTerms
from domain.refusal import Refusal
from domain.tariff_terms import Peak, PublishedTariff, TariffRow, TariffTerms, check_terms
from domain.timeline import Dated, Timeline, check_effect


class TariffNotInEffect(Refusal):
    """No version of this tariff is in effect then: there is nothing to withdraw."""

    code = "tariff_not_in_effect"


class Tariff(Aggregate):
    """The prices of one zone, or of everywhere, through time: each version from an instant on.

    They are everybody's, or those of the jobs that one partner bears.
    """

    TOPIC = "tariff"

    class Opened(Created):
        """There are prices for a zone, or for everywhere (no zone), of one partner or everybody; a version follows."""

        TOPIC: ClassVar[str] = "tariff.opened"
        class_version: ClassVar[int] = 2
        zone_id: UUID | None
        partner_id: UUID | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """There were prices for everybody only."""
            state["partner_id"] = None

    class Published(Aggregate.Event):
        """These prices apply from an instant on."""

        TOPIC: ClassVar[str] = "tariff.published"
        class_version: ClassVar[int] = 2
        tariff_version: int
        effective_from: datetime
        zone_id: UUID | None
        partner_id: UUID | None
        currency: str
        rows: tuple[TariffRow, ...]
        peaks: tuple[Peak, ...]
        tax_percent_bp: int
        fees: FeeTerms
        quote_valid_s: int
        tolerance_percent: int
        commission_percent_bp: int
        time_zone: str
        state_code: str
        rounds_to_minor: int

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """There were prices for everybody only."""
            state["partner_id"] = None

    class Withdrawn(Aggregate.Event):
        """Nothing is charged from an instant on, until another version takes effect."""

        TOPIC: ClassVar[str] = "tariff.withdrawn"
        class_version: ClassVar[int] = 2
        tariff_version: int
        effective_from: datetime
        zone_id: UUID | None
        partner_id: UUID | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """There were prices for everybody only."""
            state["partner_id"] = None

    def __init__(self, zone_id: UUID | None, partner_id: UUID | None) -> None:
        self.zone_id = zone_id
        self.partner_id = partner_id
        self.dated: tuple[Dated[TariffTerms], ...] = ()

    @classmethod
    def open(cls, tariff_id: UUID, zone_id: UUID | None, at: datetime, partner_id: UUID | None = None) -> "Tariff":
        """Begin the prices of a zone, or of everywhere: of everybody, or of what one partner bears."""
        return cls._create(cls.Opened, id=tariff_id, timestamp=at, zone_id=zone_id, partner_id=partner_id)

    @property
    def timeline(self) -> Timeline[TariffTerms]:
        """Its versions, as they take effect."""
        return Timeline(self.dated)

    def in_effect(self, at: datetime) -> PublishedTariff | None:
        """The version that prices are made under at an instant."""
        entry = self.timeline.at(at)
        if entry is None or entry.value is None:
            return None
        return PublishedTariff(self.id, entry.version, entry.effective_from, entry.value)

    def publish(self, terms: TariffTerms, effective_from: datetime, at: datetime) -> int:
        """Let prices apply from an instant on; gives the version. What applies then already is no news.

        Raises BadTariff, UnknownTimeZone, UnknownState, UnknownCurrency, BadEffect or TooManyVersions.
        """
        check_terms(terms)
        check_effect(effective_from, at, len(self.dated))
        before = self.timeline.at(effective_from)
        if before is not None and before.value == terms:
            return before.version
        version = len(self.dated) + 1
        told = {field.name: getattr(terms, field.name) for field in fields(terms)}
        self.trigger_event(
            self.Published,
            timestamp=at,
            tariff_version=version,
            effective_from=effective_from,
            zone_id=self.zone_id,
            partner_id=self.partner_id,
            **told,
        )
        return version

    def withdraw(self, effective_from: datetime, at: datetime) -> None:
        """Charge nothing from an instant on; where nothing is charged by then, it is no news.

        Raises BadEffect, TooManyVersions or TariffNotInEffect (the first version only begins after that instant).
        """
        check_effect(effective_from, at, len(self.dated))
        before = self.timeline.at(effective_from)
        if before is None:
            raise TariffNotInEffect(tariff_id=str(self.id))
        if before.value is not None:
            version = len(self.dated) + 1
            self.trigger_event(
                self.Withdrawn,
                timestamp=at,
                tariff_version=version,
                effective_from=effective_from,
                zone_id=self.zone_id,
                partner_id=self.partner_id,
            )

    @event(Published)
    def _on_published(  # noqa: PLR0913, PLR0917  (the fields of a published tariff)
        self,
        tariff_version: int,
        effective_from: datetime,
        currency: str,
        rows: tuple[TariffRow, ...],
        peaks: tuple[Peak, ...],
        tax_percent_bp: int,
        fees: FeeTerms,
        quote_valid_s: int,
        tolerance_percent: int,
        commission_percent_bp: int,
        time_zone: str,
        state_code: str,
        rounds_to_minor: int,
    ) -> None:
        terms = TariffTerms(
            currency,
            rows,
            peaks,
            tax_percent_bp,
            fees,
            quote_valid_s,
            tolerance_percent,
            commission_percent_bp,
            time_zone,
            state_code,
            rounds_to_minor,
        )
        self.dated += (Dated(effective_from, tariff_version, terms),)

    @event(Withdrawn)
    def _on_withdrawn(self, tariff_version: int, effective_from: datetime) -> None:
        self.dated += (Dated(effective_from, tariff_version, None),)
