"""What does a job cost, by the tariff in effect? The port; answered from memory, so it never waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.zones import PlacedZone
    from domain.catalogue import Service, VehicleClass
    from domain.pricing import Priced
    from domain.tariff_terms import PublishedTariff


class PricesUnknown(Exception):
    """This process has not read its tariffs yet; ask again in a moment."""


class PriceBook(Protocol):
    """All tariffs of all tenants, as they are in effect at an instant."""

    def price(
        self,
        tenant: str,
        place: PlacedZone | None,
        service: Service,
        vehicle_class: VehicleClass,
        tow_distance_m: int | None,
        at: datetime,
        customer_state_code: str | None = None,
        partner_id: UUID | None = None,
    ) -> Priced | None:
        """The price at an instant; None when no tariff is in effect there: the tenant charges nothing.

        A zone's own tariff comes before the tenant's tariff for everywhere; what a partner bears is priced by tariffs
        of its own first. Raises PricesUnknown.
        """
        ...

    def tariff_at(
        self, tenant: str, place: PlacedZone | None, at: datetime, partner_id: UUID | None = None
    ) -> PublishedTariff | None:
        """The tariff in effect for a place at an instant. Raises PricesUnknown."""
        ...

    def published(self, tenant: str, tariff_id: UUID, tariff_version: int) -> PublishedTariff | None:
        """The tariff that a quote or fare was made under, in effect or not any more: for tolerance, tax, commission.

        Raises PricesUnknown.
        """
        ...
