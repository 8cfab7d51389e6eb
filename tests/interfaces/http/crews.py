"""How does a test get a company with two crews on duty, each of whose people has an account?"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from domain.actor import Actor, Duty, Role
from domain.ids import Prefix, new_id, parse, show
from infra.bootstrap import Stack
from infra.identity.claims import actor_for
from tests.interfaces.http.things import an_account
from tests.support.api import DEPOT, Api, Json, somebody

SKILLS: Json = {"skills": ["flat_tyre", "tow"]}
EQUIPMENT: Json = {"equipment": ["flat_tyre", "tow"]}


@dataclass(frozen=True)
class Company:
    """A company by its id, and who decides for it; ``all`` is a token of the company without a person."""

    id: str
    tenant: str

    @property
    def all(self) -> Actor:
        """Whoever speaks for all of it."""
        return actor_for(Role.PROVIDER, self.id, self.tenant)

    @property
    def path(self) -> str:
        """Where it is found."""
        return f"/v1/providers/{self.id}"

    def somebody(self, duty: Duty, account: str = "") -> Actor:
        """One of its people."""
        person = parse(Prefix.USER, account) if account else new_id(datetime.now(UTC))
        return replace(self.all, person_id=person, duty=duty)


async def a_company(api: Api, tenant: str = "demo") -> Company:
    """A company that may work."""
    desk = somebody(Role.DISPATCHER, tenant)
    made = await api.done("/v1/providers", desk, {"name": "Lakeside Recovery", "phone": "+919845099999"})
    return Company(str(made["id"]), tenant)


async def a_crew_member(api: Api, company: Company) -> str:
    """Somebody of its crew, without an account."""
    return str((await api.done(f"{company.path}/crew-members", company.all, SKILLS))["crew_id"])


async def a_driver_of(api: Api, stack: Stack, company: Company) -> str:
    """The account of somebody whom the company's owner let drive."""
    account = await an_account(stack, company.tenant)
    owner = company.somebody(Duty.OWNER)
    grant = {"role": "provider", "provider_id": company.id, "duty": "driver"}
    await api.done(f"/v1/accounts/{account}/role-grants", owner, grant)
    return account


async def on_duty(api: Api, company: Company, crew_id: str, by: Actor | None = None) -> Json:
    """A shift of that crew member with a truck of its own."""
    truck = await api.done(f"{company.path}/trucks", company.all, EQUIPMENT)
    body = {"provider_id": company.id, "crew_id": crew_id, "truck_id": truck["truck_id"], "location": DEPOT}
    return await api.done("/v1/shifts", by or company.all, body)


def an_unknown(prefix: Prefix) -> str:
    """An id that nobody gave."""
    return show(prefix, new_id(datetime.now(UTC)))


def id_behind(account: str) -> UUID:
    """The id of an account in its public form."""
    return parse(Prefix.USER, account)
