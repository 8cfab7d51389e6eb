"""How does a company say which of its people is which of its crew?"""

from typing import Final
from uuid import UUID

from starlette.responses import Response

from application.engine import Done
from application.link_crew_member import LinkCrewMember, UnlinkCrewMember, link_crew_member, unlink_crew_member
from domain.ids import Prefix, parse
from interfaces.http import answers
from interfaces.http.calls import Command, id_in_path
from interfaces.http.routing import Routes
from interfaces.http.shapes.crew_accounts import CrewAccountBody, CrewAccountDone

OF_CREW: Final = "/v1/providers/{provider_id}/crew-members/{crew_id}"

routes = Routes("Providers")


@routes.command(
    OF_CREW + "/account",
    CrewAccountDone,
    problems=("provider_closed", "unknown_crew", "already_linked", "no_duty_there", "bad_id"),
)
async def link_crew_account(call: Command, provider_id: str, crew_id: str, body: CrewAccountBody) -> Response:
    """Say whose account is a crew member's, and sign them out once: the next sign-in knows who they are.

    The account has a duty in the company first (`POST /v1/accounts/{id}/role-grants`). A driver sees and does what this
    crew member's shifts do, and nothing before there is a link.
    """
    command = LinkCrewMember(
        call.actor,
        id_in_path(Prefix.PROVIDER, provider_id),
        id_in_path(Prefix.CREW, crew_id),
        parse(Prefix.USER, body.account_id),
        call.at,
        call.expected_version,
    )
    return await _signed_out(call, await call.run(link_crew_member, command))


@routes.command(OF_CREW + "/account-end", CrewAccountDone)
async def unlink_crew_account(call: Command, provider_id: str, crew_id: str) -> Response:
    """Take the account of a crew member away, and sign it out everywhere; without one nothing happens."""
    command = UnlinkCrewMember(
        call.actor,
        id_in_path(Prefix.PROVIDER, provider_id),
        id_in_path(Prefix.CREW, crew_id),
        call.at,
        call.expected_version,
    )
    return await _signed_out(call, await call.run(unlink_crew_member, command))


async def _signed_out(call: Command, done: Done) -> Response:
    account = done.answer.get("account_id")
    if isinstance(account, str):
        await call.stack.identity.sessions.revoke_all(UUID(hex=account), call.tenant, call.at)
    return answers.done(done, Prefix.PROVIDER)
