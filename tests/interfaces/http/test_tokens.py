"""Which tokens are accepted? Ours, for us, now, with the one algorithm; nothing else."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from domain.actor import Actor, Role
from interfaces.http.tokens import BadToken, TokenAuthority
from tests.support.api import HELP, Api, somebody

KEY = b"a-key-for-these-tests-0123456789"
NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
OURS = OctKey.import_key(hashlib.sha256(b"vehicaid access token\n" + KEY).digest())
SOMEBODY = UUID("01900000-0000-7000-8000-000000000001")
CUSTOMER = Actor(Role.CUSTOMER, SOMEBODY, "demo")


@pytest.fixture
def authority() -> TokenAuthority:
    return TokenAuthority(KEY, 600)


def parts_of(token: str) -> tuple[dict[str, object], dict[str, object]]:
    header, claims, _ = token.split(".")
    return tuple(json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, claims))


def resigned(authority: TokenAuthority, header: dict[str, object], claims: dict[str, object]) -> str:
    """A token as a careless issuer with our key would sign it."""
    own_header, own_claims = parts_of(authority.sign(CUSTOMER, NOW))
    return jwt.encode({**own_header, **header}, {**own_claims, **claims}, OURS, ["HS256", "HS512"])


@pytest.mark.parametrize("role", list(Role))
def test_what_was_signed_is_verified(authority: TokenAuthority, role: Role) -> None:
    actor = somebody(role)
    assert authority.verify(authority.sign(actor, NOW), NOW) == actor
    assert authority.verify(authority.sign(actor, NOW), NOW + timedelta(seconds=599)) == actor


def test_a_token_ends_even_when_it_is_remembered(authority: TokenAuthority) -> None:
    token = authority.sign(CUSTOMER, NOW)
    assert authority.verify(token, NOW) == CUSTOMER
    for _ in range(2):
        with pytest.raises(BadToken):
            authority.verify(token, NOW + timedelta(seconds=606))


CLAIMS: list[dict[str, object]] = [
    {"aud": "another-api"},
    {"aud": ["vehicaid-api", "another-api"]},
    {"aud": None},
    {"iss": "somebody"},
    {"exp": int(NOW.timestamp()) - 10},
    {"exp": "never"},
    {"exp": None},
    {"exp": True},
    {"iat": int(NOW.timestamp()) + 60},
    {"iat": None},
    {"role": "superuser"},
    {"role": None},
    {"role": "provider"},
    {"sub": "usr_1"},
    {"sub": "prv_01900000000070008000000000000001"},
    {"sub": None},
    {"tenant": ""},
    {"tenant": None},
    {"tenant": ["demo"]},
    {"tenant": "Demo; DROP"},
]


@pytest.mark.parametrize("claims", CLAIMS, ids=str)
def test_a_token_with_other_claims_is_refused(authority: TokenAuthority, claims: dict[str, object]) -> None:
    with pytest.raises(BadToken):
        authority.verify(resigned(authority, {}, claims), NOW)


@pytest.mark.parametrize("header", [{"alg": "HS512"}, {"kid": "../../etc/passwd"}, {"kid": "' OR 1=1 --"}], ids=str)
def test_a_token_with_another_header_is_refused(authority: TokenAuthority, header: dict[str, object]) -> None:
    with pytest.raises(BadToken):
        authority.verify(resigned(authority, header, {}), NOW)


def test_an_unsigned_token_is_refused(authority: TokenAuthority) -> None:
    _, claims = parts_of(authority.sign(CUSTOMER, NOW))
    for alg in ("none", "None", "nOnE", ""):
        unsigned = ".".join(_b64(json.dumps(part).encode()) for part in ({"alg": alg, "typ": "JWT"}, claims))
        for token in (unsigned, unsigned + ".", unsigned + ".AAAA"):
            with pytest.raises(BadToken):
                authority.verify(token, NOW)


def test_a_key_is_not_confused_with_another_kind(authority: TokenAuthority) -> None:
    header, claims = parts_of(authority.sign(CUSTOMER, NOW))
    with pytest.raises(BadToken):
        authority.verify(jwt.encode({**header, "alg": "RS256"}, claims, RSAKey.generate_key(2048), ["RS256"]), NOW)
    with pytest.raises(BadToken):
        authority.verify(TokenAuthority(b"another-key-0123456789-0123456789", 600).sign(CUSTOMER, NOW), NOW)


def test_no_part_of_a_token_can_be_changed(authority: TokenAuthority) -> None:
    token = authority.sign(CUSTOMER, NOW)
    for at in range(0, len(token), 7):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        if changed != token:
            with pytest.raises(BadToken):
                authority.verify(changed, NOW)


def test_claims_taken_from_another_token_are_refused(authority: TokenAuthority) -> None:
    header, claims, signature = authority.sign(CUSTOMER, NOW).split(".")
    told = {**json.loads(base64.urlsafe_b64decode(claims + "==")), "role": "admin"}
    forged = f"{header}.{_b64(json.dumps(told).encode())}.{signature}"
    with pytest.raises(BadToken):
        authority.verify(forged, NOW)
    plain_key = hmac.new(KEY, f"{header}.{claims}".encode(), hashlib.sha256).digest()
    with pytest.raises(BadToken):
        authority.verify(f"{header}.{claims}.{_b64(plain_key)}", NOW)


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "\u00e9.\u00e9.\u00e9", "x" * 5000, "{}.{}.{}"])
def test_nonsense_is_no_token(authority: TokenAuthority, token: str) -> None:
    with pytest.raises(BadToken):
        authority.verify(token, NOW)


def test_only_so_many_tokens_are_remembered(authority: TokenAuthority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interfaces.http.tokens.REMEMBERED", 5)
    for number in range(20):
        authority.verify(authority.sign(Actor.system(f"worker-{number}", "demo"), NOW), NOW)
    assert len(authority._known) == 5


@pytest.mark.anyio
@pytest.mark.servers
@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer x.y.z", "Basic dXNlcjpwYXNz", "Bearer  "])
async def test_the_api_answers_a_bad_token_with_a_problem(api: Api, sent: str) -> None:
    answer = await api.client.post("/v1/service-requests", json=HELP, headers={"Authorization": sent})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.anyio
@pytest.mark.servers
async def test_a_local_token_is_made_and_works(api: Api) -> None:
    made = await api.client.post("/v1/tokens", json={"role": "customer"})
    assert made.status_code == 201, made.text
    headers = {"Authorization": f"Bearer {made.json()['access_token']}"}
    assert (await api.client.get("/v1/service-requests", headers=headers)).status_code == 200
    wrong = await api.client.post("/v1/tokens", json={"role": "provider"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/subject")


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
