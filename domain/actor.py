"""Who acts? A role, the subject it acts for, and the tenant it belongs to."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.ids import Prefix, show


class Role(StrEnum):
    """What somebody is here for. A provider's token speaks for the company, a partner's for the partner."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    DISPATCHER = "dispatcher"
    ADMIN = "admin"
    AUDITOR = "auditor"
    SYSTEM = "system"
    FINANCE = "finance"
    ANALYST = "analyst"
    PARTNER = "partner"


DESK = frozenset({Role.DISPATCHER, Role.ADMIN, Role.SYSTEM})
"""Those who run the service: they see every object of their tenant."""
MONEY_DESK = DESK | {Role.FINANCE}
"""Those who move money that is in our hands: refunds, disputes, bills, cash."""
BOOKKEEPERS = frozenset({Role.FINANCE, Role.ADMIN, Role.SYSTEM})
"""Those who decide about money that leaves us or is given up: whoever sends the trucks does not."""
TREASURERS = frozenset({Role.FINANCE, Role.ADMIN})
"""Those who decide about tax, reserves and credit: people, never a process of ours."""
READERS_OF_BOOKS = MONEY_DESK | {Role.AUDITOR}
"""Those who see everybody's payments, bills and payouts."""


class Duty(StrEnum):
    """What a person does in a provider's company."""

    OWNER = "owner"
    DISPATCHER = "dispatcher"
    DRIVER = "driver"


@dataclass(frozen=True, slots=True)
class Impersonator:
    """Who of the desk really acts, in somebody else's name."""

    role: Role
    subject_id: UUID
    may_act: bool
    """Also do some things; looking is all otherwise."""
    session_id: UUID | None = None
    """Their own session, with which this ends as well."""

    @property
    def text(self) -> str:
        """How the log names them: ``dispatcher:usr_…``."""
        return f"{self.role.value}:{show(Prefix.USER, self.subject_id)}"


@dataclass(frozen=True, slots=True)
class Actor:
    """One who orders something.

    ``subject_id`` is the customer's, the provider's or the employee's id; the system's own processes have
    none, but a ``name``. Where the subject is a company, ``person_id`` is the account of whoever speaks for it, and
    ``duty`` what they do there; both are missing where only the company is known. ``crew_id`` is which of its crew a
    driver is, once their account was linked. Where support acts in somebody's name, ``impersonator`` is who really
    does.
    """

    role: Role
    subject_id: UUID | None
    tenant: str
    name: str = ""
    person_id: UUID | None = None
    duty: Duty | None = None
    crew_id: UUID | None = None
    impersonator: Impersonator | None = None

    @classmethod
    def system(cls, name: str, tenant: str) -> "Actor":
        """One of our own processes, for example the dispatcher."""
        return cls(Role.SYSTEM, None, tenant, name)

    @property
    def text(self) -> str:
        """How the log names this actor: ``customer:usr_…``, ``provider:prv_…``, ``system:dispatcher``.

        In somebody's name: ``customer:usr_…~dispatcher:usr_…``, so that every event tells both.
        """
        if self.subject_id is None:
            return f"{self.role.value}:{self.name}"
        named = f"{self.role.value}:{show(prefix_of_subject(self.role), self.subject_id)}"
        return named if self.impersonator is None else f"{named}~{self.impersonator.text}"

    @property
    def is_desk(self) -> bool:
        """Whether this actor works for the service itself."""
        return self.role in DESK

    @property
    def sees_books(self) -> bool:
        """Whether this actor sees everybody's money."""
        return self.role in READERS_OF_BOOKS

    def is_customer(self, customer_id: UUID) -> bool:
        """Whether this actor is that customer."""
        return self.role is Role.CUSTOMER and self.subject_id == customer_id

    @property
    def is_driver(self) -> bool:
        """Whether this actor drives for a company: then only their own crew member's work is theirs."""
        return self.role is Role.PROVIDER and self.duty is Duty.DRIVER

    def works_for(self, provider_id: UUID | None) -> bool:
        """Whether this actor is one of that provider's people, whatever they do there."""
        return self.role is Role.PROVIDER and provider_id is not None and self.subject_id == provider_id

    def is_provider(self, provider_id: UUID | None) -> bool:
        """Whether this actor speaks for all of that provider, as its office does and a driver does not."""
        return self.works_for(provider_id) and self.duty is not Duty.DRIVER

    def works_as(self, provider_id: UUID, crew_id: UUID) -> bool:
        """Whether what that crew member of that provider does is theirs: the office's, and that driver's own."""
        return self.is_provider(provider_id) or (
            self.is_driver and self.works_for(provider_id) and self.crew_id == crew_id
        )

    @property
    def partner_id(self) -> UUID | None:
        """The partner for which this actor speaks; None for whoever speaks for none."""
        return self.subject_id if self.role is Role.PARTNER else None

    def is_partner(self, partner_id: UUID | None) -> bool:
        """Whether this actor speaks for that partner."""
        return partner_id is not None and self.partner_id == partner_id


def prefix_of_subject(role: Role) -> Prefix:
    """What the subject of a role is: a company, a partner, or for all others a person."""
    return {Role.PROVIDER: Prefix.PROVIDER, Role.PARTNER: Prefix.PARTNER}.get(role, Prefix.USER)
