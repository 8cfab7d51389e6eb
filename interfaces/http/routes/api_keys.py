"""With which keys do a partner's systems call? Looked after by administrators, and by the partner's own people."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from starlette.responses import Response

from application.security_log import SecurityKind
from domain.actor import Role
from domain.ids import Prefix, show
from domain.partner_account import PartnerAccount
from domain.refusal import NotFound
from infra.identity.access_tokens import Caller
from infra.identity.api_key_table import LONGEST_LIFE, Given, KeptKey, Wanted
from interfaces.http import answers
from interfaces.http.calls import Asked, Call, Command, CommandCall, id_in_path
from interfaces.http.fresh import check_fresh
from interfaces.http.noted import note_done
from interfaces.http.routing import Routes
from interfaces.http.shapes.api_keys import ApiKeyBody, ApiKeyMade, ApiKeyRotationBody, ApiKeyShown, ApiKeysShown

KEYS = "/v1/partner-accounts/{partner_id}/api-keys"
ONE = KEYS + "/{key_id}"
AWAY = ("log_unavailable",)

routes = Routes("API keys")


@routes.report(
    KEYS,
    ApiKeyMade,
    problems=("too_many_api_keys", "bad_key_life", "key_reused", "not_found", "sign_in_again", *AWAY),
)
async def issue_api_key(call: Command, partner_id: str, body: ApiKeyBody) -> Response:
    """Make a key for one of a partner's systems; the answer shows it, this once.

    It may do what its scopes say and nothing else, for a year at the most. Repeated under its Idempotency-Key it makes
    no other, and is shown again as long as no other secret followed.
    """
    partner = await _own(call, partner_id)
    await _check_signed_in_lately(call)
    order = call.context.command_id
    key_id = uuid5(order, "api-key")
    expires_at = body.expires_at or await _expiry_of(call, key_id)
    scopes = tuple(sorted(set(body.scopes)))
    wanted = Wanted(call.tenant, partner, body.name, scopes, expires_at, call.actor.text)
    return _once(call, await call.stack.api_keys.issue(wanted, key_id, call.at, order), "issued")


@routes.query(KEYS, ApiKeysShown, problems=AWAY)
async def list_api_keys(call: Asked, partner_id: str) -> Response:
    """List every key that a partner has or had, the oldest first: what it may do, until when, and when it was used."""
    partner = await _own(call, partner_id)
    found = await call.stack.api_keys.listed(call.tenant, partner)
    return answers.plain({"data": [_shown(call, one) for one in found]})


@routes.report(ONE + "/rotation", ApiKeyMade, problems=("not_found", "out_of_turn", "sign_in_again", *AWAY))
async def rotate_api_key(call: Command, partner_id: str, key_id: str, body: ApiKeyRotationBody) -> Response:
    """Give a key another secret, shown this once; the one before is good as well for a day, or as long as is told.

    Repeated under its Idempotency-Key it changes nothing more, and shows it again as long as no other followed.
    """
    partner = await _own(call, partner_id)
    await _check_signed_in_lately(call)
    order, overlap = call.context.command_id, timedelta(hours=body.overlap_h)
    wanted = id_in_path(Prefix.API_KEY, key_id)
    return _once(
        call, await call.stack.api_keys.rotate(call.tenant, partner, wanted, call.at, overlap, order), "rotated"
    )


@routes.report(ONE + "/revocation", ApiKeyShown, problems=("not_found", *AWAY))
async def revoke_api_key(call: Command, partner_id: str, key_id: str) -> Response:
    """End a key: within two seconds it opens nothing any more, wherever it is shown."""
    partner = await _own(call, partner_id)
    kept = await call.stack.api_keys.revoke(call.tenant, partner, id_in_path(Prefix.API_KEY, key_id), call.at)
    _note(call, "revoked", kept)
    return answers.plain(_shown(call, kept))


async def _own(call: Call, partner_id: str) -> UUID:
    """That partner, where it is the caller's and there is an account; raises NotFound."""
    wanted = id_in_path(Prefix.PARTNER, partner_id)
    if call.actor.role is not Role.ADMIN and not call.actor.is_partner(wanted):
        raise NotFound
    if await call.stack.aggregates.load(PartnerAccount, call.tenant, wanted) is None:
        raise NotFound
    return wanted


async def _check_signed_in_lately(call: CommandCall) -> None:
    """In a local run a token may be without a session: there is nobody to ask."""
    caller: Caller = call.request.scope["state"]["caller"]
    if caller.session_id is not None or call.stack.settings.environment != "local":
        await check_fresh(call)


async def _expiry_of(call: CommandCall, key_id: UUID) -> datetime:
    """Where nothing is told: what the same order was given, or as long as there is."""
    there = await call.stack.api_keys.one(key_id)
    return call.at + LONGEST_LIFE if there is None else there.expires_at


def _note(call: CommandCall, what: str, kept: KeptKey) -> None:
    """In the security log; and this process at least knows of it at once."""
    call.stack.identity.by_key.forget(kept.key_id)
    note_done(call.request.scope, SecurityKind.API_KEY_CHANGED, what, show(Prefix.API_KEY, kept.key_id))


def _once(call: CommandCall, given: Given, what: str) -> Response:
    if not given.is_repeated:
        _note(call, what, given.kept)
    answer = answers.plain({**_shown(call, given.kept), "key": given.text})
    answer.headers["Cache-Control"] = "no-store"
    if given.is_repeated:
        answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _shown(call: Call, one: KeptKey) -> dict[str, object]:
    return {
        "id": show(Prefix.API_KEY, one.key_id),
        "partner_id": show(Prefix.PARTNER, one.partner_id),
        "name": one.name,
        "scopes": list(one.scopes),
        "state": one.state(call.at),
        "made_at": one.made_at,
        "expires_at": one.expires_at,
        "used_at": one.used_at,
        "old_secret_until": one.old_until,
        "revoked_at": one.revoked_at,
    }
