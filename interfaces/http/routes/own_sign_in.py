"""How does somebody who is signed in change how they sign in, and who is known to us at all?"""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from application.security_log import SecurityKind
from domain.account_terms import OF_STAFF, HandleKind
from domain.ids import Prefix, parse, show
from domain.refusal import NotAllowed
from infra.identity.own_handles import OwnHandles
from infra.identity.sessions import account_of
from infra.identity.sign_in import Device
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Call, Creation, Paged
from interfaces.http.fresh import check_fresh
from interfaces.http.noted import note_done
from interfaces.http.routing import Routes
from interfaces.http.shapes.own_sign_in import (
    HandleBody,
    HandleCodeBody,
    HandlesShown,
    NewPasswordBody,
    PeoplePage,
)
from interfaces.http.shapes.sessions import SessionsEnded
from interfaces.http.shapes.sign_in import ChallengeMade
from projections.accounts import AccountRow

OWN = "/v1/account"
PEOPLE = "/v1/accounts"

routes = Routes("Accounts")


@routes.report(f"{OWN}/password", SessionsEnded, problems=("sign_in_again", "weak_password", "log_unavailable"))
async def change_password(call: Creation, body: NewPasswordBody) -> Response:
    """Choose another password, within ten minutes after signing in; all other sessions end."""
    person, caller = _person(call), await check_fresh(call)
    is_staff, stack = call.actor.role in OF_STAFF, call.stack
    await OwnHandles(stack.sign_in).choose_password(call.tenant, person, body.password, call.at, is_staff=is_staff)
    ended = await stack.identity.sessions.revoke_all(person, call.tenant, call.at, but=caller.session_id)
    note_done(call.request.scope, SecurityKind.CREDENTIALS_SET, "password")
    return answers.plain({"ended": ended})


@routes.report(
    f"{OWN}/handle-challenges",
    ChallengeMade,
    problems=("sign_in_again", "too_many_codes", "log_unavailable", "not_allowed"),
)
async def ask_handle_code(call: Creation, body: HandleBody) -> Response:
    """Send a code to another telephone or mailbox of yours, within ten minutes after signing in."""
    person, _ = _person(call), await check_fresh(call)
    handle = (HandleKind.PHONE, body.phone) if body.phone is not None else (HandleKind.EMAIL, body.email or "")
    device = Device(address=_address(call))
    begun = await OwnHandles(call.stack.sign_in).ask(call.tenant, person, handle, device, call.at)
    return answers.plain(
        {
            "challenge_id": show(Prefix.CHALLENGE, begun.challenge_id),
            "expires_at": begun.expires_at,
            "resend_after_s": begun.resend_after_s,
        }
    )


@routes.report(
    f"{OWN}/handles",
    HandlesShown,
    problems=("proof_refused", "account_closed", "not_allowed", "log_unavailable", "bad_id"),
)
async def add_handle(call: Creation, body: HandleCodeBody) -> Response:
    """Show the code: from now on you can sign in by it, too.

    What is somebody else's already is refused like a wrong code. A newer telephone takes the place of an older one.
    """
    challenge_id = parse(Prefix.CHALLENGE, body.challenge_id)
    account = await OwnHandles(call.stack.sign_in).add(call.tenant, _person(call), challenge_id, body.code, call.at)
    note_done(call.request.scope, SecurityKind.CREDENTIALS_SET, "handle")
    return answers.plain({"handles": sorted(kind.value for kind in account.handles)})


@routes.query(PEOPLE, PeoplePage, problems=("invalid_cursor",))
async def list_people(
    call: Asked,
    kind: Annotated[str | None, Query(pattern="^(customer|staff|crew)$")] = None,
    state: Annotated[str | None, Query(pattern="^(open|suspended|closed)$")] = None,
    *,
    page: Paged,
) -> Response:
    """List accounts and their roles, newest first; names and numbers are in no list."""
    asked = {"kind": kind, "state": state}
    return await paging.answer(
        call,
        call.stack.people,
        PEOPLE,
        asked,
        asked,
        page,
        key_of=lambda row: (row.registered_at, row.account_id),
        show=_shown,
    )


def _person(call: Call) -> UUID:
    person = account_of(call.actor)
    if person is None:
        raise NotAllowed("nobody's account is behind this caller")
    return person


def _address(call: Call) -> str:
    client = call.request.client
    return client.host if client is not None else ""


def _shown(row: AccountRow) -> dict[str, object]:
    plain = ("version", "kind", "state", "roles", "handles", "registered_at")
    return {"id": show(Prefix.USER, row.account_id), **{name: getattr(row, name) for name in plain}}
