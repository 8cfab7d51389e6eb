"""What do a tenant's decisions about itself as a supplier look like on the wire: registrations, who supplies?"""

from typing import Annotated

from pydantic import Field

from domain.split import SupplyModel
from interfaces.http.shapes.values import Body, InstantTold, Position, Shown, Version

Gstin = Annotated[
    str,
    Field(pattern="^[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][0-9A-Z]{3}$", examples=["29AAGCB7383J1Z4"]),
]
StateCode = Annotated[str, Field(pattern="^[0-9]{2}$", description="GST code of a state.", examples=["29"])]
From = Annotated[
    InstantTold | None,
    Field(description="From when on; now when left out, never in the past.", examples=["2026-12-01T00:00:00+05:30"]),
]


class TaxRegistrationBody(Body):
    """Under which number bills of its state go out."""

    gstin: Gstin
    effective_from: From = None


class RegistrationEndBody(Body):
    """In which state bills carry no number any more."""

    state_code: StateCode
    effective_from: From = None


class RegistrationDone(Shown):
    """What was decided."""

    gstin: Annotated[Gstin | None, Field(description="Null where a registration ends.")]
    version: Version
    position: Position


class RegistrationShown(Shown):
    """One registration that is in effect."""

    state_code: StateCode
    gstin: Gstin


class RegistrationsShown(Shown):
    """The registrations in effect at an instant, by state."""

    data: list[RegistrationShown]


class SupplyBody(Body):
    """Who supplies the service to customers: the provider, through a marketplace, or the tenant as principal."""

    model: Annotated[SupplyModel, Field(examples=["principal"])]
    effective_from: From = None


class SupplyDone(Shown):
    """What was decided."""

    model: SupplyModel
    version: Version
    position: Position


class SupplyShown(Shown):
    """Who supplies at an instant."""

    model: SupplyModel
