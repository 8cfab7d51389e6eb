"""How do people sign in? By a code to their telephone, by their mailbox, by a password and a second factor."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from domain.ids import Prefix, parse, show
from infra.bootstrap import Stack
from infra.identity.challenge import Purpose
from infra.identity.people import Wanted
from infra.identity.sessions import Pair
from infra.identity.sign_in import Begun, Device
from infra.identity.staff_sign_in import StaffSignIn
from interfaces.http import answers
from interfaces.http.cookies import wants_cookie, with_pair
from interfaces.http.described import responses_of
from interfaces.http.routes.sessions import shown_pair
from interfaces.http.routing import Handler, OpenRoute
from interfaces.http.shapes.sessions import PairMade
from interfaces.http.shapes.sign_in import (
    ChallengeMade,
    CodeBody,
    EmailBody,
    Enrolled,
    MagicLinkBody,
    OnDevice,
    PasswordBody,
    PasswordTaken,
    PhoneBody,
    SecondFactorBody,
    SetUpBody,
    SignUpBody,
)

PATH = "/v1/auth"
ALWAYS = (
    "malformed_request",
    "body_too_large",
    "unsupported_media_type",
    "validation_failed",
    "internal_error",
    "log_unavailable",
    "timed_out",
    "overloaded",
    "too_many_requests",
    "wrong_origin",
)
ASKING = ("too_many_codes",)
SHOWING = ("proof_refused", "account_suspended", "account_closed", "not_allowed", "store_unavailable")

router = APIRouter(tags=["Sign-in"], route_class=OpenRoute)


def _open(
    path: str, answer: type[BaseModel], problems: tuple[str, ...], status: int = 200
) -> Callable[[Handler], Handler]:
    """Declare an operation that needs neither token nor key; its docstring is its documentation."""

    def declare(handler: Handler) -> Handler:
        summary = (handler.__doc__ or "").strip().partition("\n")[0].rstrip(".")
        router.post(
            PATH + path,
            operation_id=handler.__name__,
            summary=summary,
            status_code=status,
            response_model=answer,
            responses=responses_of(status, (*ALWAYS, *problems), is_command=False),
        )(handler)
        return handler

    return declare


@_open("/phone/challenges", ChallengeMade, ASKING, 202)
async def ask_phone_code(request: Request, body: PhoneBody) -> Response:
    """Send a code to a telephone.

    Registering and signing in are the same: whoever shows the code is a customer from then on. The answer does not
    tell whether the number is known. Another code can be asked for after `resend_after_s`, ten times a day.
    """
    begun = await _stack(request).sign_in.ask_phone(body.tenant, body.phone, _from(request), _at(request))
    return answers.plain(_begun(begun), 202)


@_open("/phone/sessions", PairMade, SHOWING)
async def sign_in_by_phone(request: Request, body: CodeBody) -> Response:
    """Sign in by the code that came to a telephone.

    A code is good for five minutes, once, and for five tries; after that ask for another.
    """
    return await _by_code(request, body, Purpose.SIGN_IN)


@_open("/email/registrations", ChallengeMade, (*ASKING, "weak_password"), 202)
async def register_by_email(request: Request, body: SignUpBody) -> Response:
    """Register with a mailbox and a password.

    A code goes to the mailbox. One who is known already is told so by mail; the answer is the same.
    """
    stack, device = _stack(request), _from(request)
    begun = await stack.sign_in.register(body.tenant, body.email, body.password, device, _at(request))
    return answers.plain(_begun(begun), 202)


@_open("/email/verification", PairMade, SHOWING)
async def verify_email(request: Request, body: CodeBody) -> Response:
    """Show the code that came to the mailbox, and sign in.

    The password of the registration counts from now on.
    """
    return await _by_code(request, body, Purpose.REGISTER)


@_open("/email/magic-links", ChallengeMade, ASKING, 202)
async def ask_magic_link(request: Request, body: EmailBody) -> Response:
    """Send a link to a mailbox, by which one signs in without a password.

    Registering and signing in are the same. Nobody who works for us signs in so.
    """
    begun = await _stack(request).sign_in.ask_link(body.tenant, body.email, _from(request), _at(request))
    return answers.plain(_begun(begun), 202)


@_open("/email/link-sessions", PairMade, SHOWING)
async def sign_in_by_link(request: Request, body: MagicLinkBody) -> Response:
    """Sign in by the link that came.

    It is good for a quarter of an hour, once.
    """
    pair = await _stack(request).sign_in.by_link(body.link, _device(request, body), _wanted(body), _at(request))
    return with_pair(request, shown_pair(pair), pair)


@_open("/email/sessions", PasswordTaken, (*ASKING, *SHOWING))
async def sign_in_by_password(request: Request, body: PasswordBody) -> Response:
    """Sign in by mailbox and password.

    The answer to a wrong password is that to an unknown mailbox. Whoever works for us is asked for a second factor.
    """
    device, wanted = _device(request, body), _wanted(body)
    sign_in = _stack(request).sign_in
    taken = await sign_in.by_password(body.tenant, body.email, body.password, device, wanted, _at(request))
    if isinstance(taken, Pair):
        return with_pair(request, {"session": shown_pair(taken), "second_factor": None}, taken)
    return answers.plain({"session": None, "second_factor": _begun(taken)})


@_open("/second-factor", PairMade, SHOWING)
async def show_second_factor(request: Request, body: SecondFactorBody) -> Response:
    """Show the second factor, and sign in.

    A code of the authenticator is good once; so is a recovery code.
    """
    device = _on(request, body.device, body.label)
    challenge_id = parse(Prefix.CHALLENGE, body.challenge_id)
    pair = await StaffSignIn(_stack(request).sign_in).by_second_factor(challenge_id, body.code, device, _at(request))
    return with_pair(request, shown_pair(pair), pair)


@_open("/set-ups", Enrolled, (*SHOWING, "weak_password"))
async def set_up_sign_in(request: Request, body: SetUpBody) -> Response:
    """Choose a password and get a second factor, by the link that an admin handed over.

    What comes back is shown once.
    """
    enrolled = await StaffSignIn(_stack(request).sign_in).set_up(body.link, body.password, _at(request))
    return answers.plain(
        {
            "account_id": show(Prefix.USER, enrolled.account_id),
            "totp_secret": enrolled.secret,
            "totp_uri": enrolled.uri,
            "recovery_codes": enrolled.recovery_codes,
        }
    )


async def _by_code(request: Request, body: CodeBody, purpose: Purpose) -> Response:
    challenge_id = parse(Prefix.CHALLENGE, body.challenge_id)
    device, wanted = _device(request, body), _wanted(body)
    sign_in = _stack(request).sign_in
    pair = await sign_in.by_code(challenge_id, body.code, purpose, device, wanted, _at(request))
    return with_pair(request, shown_pair(pair), pair)


def _stack(request: Request) -> Stack:
    stack: Stack = request.scope["app"].state.stack
    return stack


def _at(request: Request) -> datetime:
    at: datetime = request.scope["state"]["at"]
    return at


def _from(request: Request) -> Device:
    client = request.client
    return Device(address=client.host if client is not None else "")


def _device(request: Request, body: OnDevice) -> Device:
    return _on(request, body.device, body.label)


def _on(request: Request, name: str, label: str) -> Device:
    """A page that is none of ours is refused before a code is used up."""
    wants_cookie(request)
    return Device(name, label, _from(request).address)


def _wanted(body: OnDevice) -> Wanted:
    return Wanted(body.role, None if body.provider_id is None else parse(Prefix.PROVIDER, body.provider_id))


def _begun(begun: Begun) -> dict[str, object]:
    return {
        "challenge_id": show(Prefix.CHALLENGE, begun.challenge_id),
        "expires_at": begun.expires_at,
        "resend_after_s": begun.resend_after_s,
    }
