"""What would somebody send who wants to be somebody else? A corpus of tokens, none of which may be accepted."""

import base64
import hmac
import json
import string
from collections.abc import Iterator
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from domain.actor import Actor, Role
from infra.identity.access_tokens import TokenAuthority
from infra.identity.place import local_authority
from tests.support.api import somebody

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
SOMEBODY = somebody(Role.CUSTOMER).subject_id
CUSTOMER = Actor(Role.CUSTOMER, SOMEBODY, "demo")
KEY = b"a-key-for-these-tests-0123456789"
# Whoever lives next door: the same software with another secret.
NEIGHBOUR = local_authority(b"another-key-0123456789-0123456789", 900)

LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
Members = dict[str, object]

CLAIMS: tuple[Members, ...] = (
    {"aud": "another-api"},
    {"aud": ["vehicaid-api", "another-api"]},
    {"aud": ["vehicaid-api"]},
    {"aud": None},
    {"iss": "somebody"},
    {"iss": "vehicaid "},
    {"iss": None},
    {"exp": int(NOW.timestamp()) - 10},
    {"exp": "never"},
    {"exp": None},
    {"exp": True},
    {"exp": 1e300},
    {"exp": int(NOW.timestamp()) + 0.5},
    {"iat": int(NOW.timestamp()) + 60},
    {"iat": None},
    {"iat": int(NOW.timestamp()), "exp": int(NOW.timestamp())},
    {"nbf": int(NOW.timestamp()) + 60},
    {"nbf": "later"},
    {"role": "superuser"},
    {"role": None},
    {"role": "provider"},
    {"role": ["admin"]},
    {"sub": "usr_1"},
    {"sub": "prv_01900000000070008000000000000001"},
    {"sub": "*"},
    {"sub": None},
    {"tenant": ""},
    {"tenant": None},
    {"tenant": ["demo"]},
    {"tenant": "Demo; DROP"},
    {"tenant": "demo\n"},
    {"sid": "usr_01900000000070008000000000000001"},
    {"sid": 7},
    {"sid": ""},
    {"amr": "pwd"},
    {"per": "prv_01900000000070008000000000000001"},
    {"per": 7},
    {"per": ""},
    {"duty": "boss"},
    {"duty": ["owner"]},
    {"amr": [1]},
)
"""What a careless issuer with our own key could sign."""

HEADERS: tuple[Members, ...] = (
    {"alg": "EdDSA"},
    {"alg": "Ed448"},
    {"alg": "ed25519"},
    {"alg": "HS512"},
    {"alg": ["Ed25519"]},
    {"alg": None},
    {"typ": "JWT"},
    {"typ": "at+JWT"},
    {"typ": None},
    {"kid": "../../../../dev/null"},
    {"kid": "/etc/passwd"},
    {"kid": "0' OR '1'='1"},
    {"kid": "0000000000000000' UNION SELECT 'AAAA' --"},
    {"kid": "https://evil.example/keys/1"},
    {"kid": "file:///proc/self/environ"},
    {"kid": ""},
    {"kid": None},
    {"kid": 0},
    {"kid": {"$ne": None}},
    {"kid": "0" * 16},
    {"kid": "\u0000" * 16},
    {"jku": "https://evil.example/jwks.json"},
    {"x5u": "https://evil.example/chain.pem"},
    {"x5c": ["AAAA"]},
    {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}},
    {"crit": ["exp"], "exp": 1},
    {"b64": False, "crit": ["b64"]},
    {"zip": "DEF"},
    {"cty": "JWT"},
)


def encoded(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def members_of(part: str) -> Members:
    """What a part of a token says."""
    found: Members = json.loads(base64.urlsafe_b64decode(part + "=="))
    return found


def signed_with(authority: TokenAuthority, head: bytes, body: bytes) -> str:
    """These very bytes, signed as the authority's own key would."""
    text = f"{encoded(head)}.{encoded(body)}"
    _, key = authority.ring.signer(NOW)
    private = key.private_key
    assert isinstance(private, Ed25519PrivateKey)
    return f"{text}.{encoded(private.sign(text.encode()))}"


def resigned(authority: TokenAuthority, header: Members, claims: Members) -> str:
    """A token as a careless issuer with our key would sign it."""
    own_header, own_claims, _ = authority.sign(CUSTOMER, NOW).split(".")
    head = {**members_of(own_header), **header}
    body = {**members_of(own_claims), **claims}
    return signed_with(authority, json.dumps(head).encode(), json.dumps(body).encode())


def corpus(authority: TokenAuthority) -> Iterator[tuple[str, str]]:
    """Every forgery with its name."""
    for claims in CLAIMS:
        yield f"claims {claims}", resigned(authority, {}, claims)
    for header in HEADERS:
        yield f"header {header}", resigned(authority, header, {})
    yield from _unsigned(authority)
    yield from _with_other_keys(authority)
    yield from _misspelt(authority)


def _unsigned(authority: TokenAuthority) -> Iterator[tuple[str, str]]:
    head, body, seal = authority.sign(CUSTOMER, NOW).split(".")
    for alg in ("none", "None", "nOnE", ""):
        for more in ({}, {"kid": members_of(head)["kid"]}):
            told = encoded(json.dumps({"alg": alg, "typ": "at+jwt", **more}).encode())
            for token in (f"{told}.{body}", f"{told}.{body}.", f"{told}.{body}.AAAA", f"{told}.{body}.{seal}"):
                yield f"alg {alg!r} {more}", token
    yield "no signature", f"{head}.{body}."
    yield "zeros for a signature", f"{head}.{body}.{encoded(bytes(64))}"
    raised = encoded(json.dumps({**members_of(body), "role": "admin"}).encode())
    yield "another role under the old signature", f"{head}.{raised}.{seal}"
    elsewhere = encoded(json.dumps({**members_of(body), "tenant": "other"}).encode())
    yield "another tenant under the old signature", f"{head}.{elsewhere}.{seal}"


def _with_other_keys(authority: TokenAuthority) -> Iterator[tuple[str, str]]:
    head, body, _ = authority.sign(CUSTOMER, NOW).split(".")
    header, claims = members_of(head), members_of(body)
    public = authority.ring.published(NOW)[0]
    shown = base64.urlsafe_b64decode(public["x"] + "==")
    pem = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": public["x"]}).as_pem(private=False)
    for secret in (shown, public["x"].encode(), pem, json.dumps(public).encode(), KEY):
        for alg, digest in (("HS256", "sha256"), ("Ed25519", "sha256")):
            told = encoded(json.dumps({**header, "alg": alg}).encode())
            mac = hmac.digest(secret, f"{told}.{body}".encode(), digest)
            yield f"{alg} keyed with what is public", f"{told}.{body}.{encoded(mac)}"
    mine = OKPKey.generate_key("Ed25519")
    yield "a key of one's own", jwt.encode(header, claims, mine, ["Ed25519"])
    brought: Members = {**header, "jwk": mine.as_dict(private=False)}
    yield "a key brought along", jwt.encode(brought, claims, mine, ["Ed25519"])
    yield "RS256", jwt.encode({**header, "alg": "RS256"}, claims, RSAKey.generate_key(2048), ["RS256"])
    yield "ES256", jwt.encode({**header, "alg": "ES256"}, claims, ECKey.generate_key("P-256"), ["ES256"])
    yield "HS256", jwt.encode({**header, "alg": "HS256"}, claims, OctKey.import_key(KEY), ["HS256"])
    yield "the neighbour's", NEIGHBOUR.sign(CUSTOMER, NOW)
    theirs = NEIGHBOUR.ring.published(NOW)[0]["kid"]
    yield "the neighbour's key id under our key", resigned(authority, {"kid": theirs}, {})
    yield "our key id under the neighbour's key", resigned(NEIGHBOUR, {"kid": public["kid"]}, {})


def _misspelt(authority: TokenAuthority) -> Iterator[tuple[str, str]]:
    token = authority.sign(CUSTOMER, NOW)
    head, body, seal = token.split(".")
    for at in (1, len(head), len(head) + 1, len(token) - 30, len(token) - 1):
        yield f"cut at {at}", token[:at]
    yield "padding", f"{head}.{body}.{seal}=="
    # The last letter of 64 bytes has four bits that mean nothing.
    yield "another spelling", token[:-1] + LETTERS[LETTERS.index(token[-1]) + 1]
    yield "a blank within", f"{head}.{body}.{seal[:40]}\n{seal[40:]}"
    yield "one part more", f"{token}.{seal}"
    yield "oversized", resigned(authority, {}, {"filler": "x" * 2048})
    yield "other alphabet", f"{head}.{body}.{seal[:-1]}+"
    for text in (
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "é.é.é",
        "\ud800.a.b",
        "x" * 5000,
        "{}.{}.{}",
        f" {token}",
        f"{token}\n",
    ):
        yield f"nonsense {text[:12]!r}", text
    nested = b"[" * 1200
    yield "deep header", f"{encoded(nested)}.{body}.{seal}"
    own, told = base64.urlsafe_b64decode(head + "=="), base64.urlsafe_b64decode(body + "==")
    yield "alg told twice", signed_with(authority, b'{"alg":"none",' + own[1:], told)
    yield "role told twice", signed_with(authority, own, told[:-1] + b',"role":"admin"}')
    yield "tenant told twice", signed_with(authority, own, b'{"tenant":"other",' + told[1:])
    yield "not an object", signed_with(authority, own, b'["admin"]')
    yield "not JSON", signed_with(authority, own, b"role=admin")
    yield "not a number", signed_with(authority, own, told[:-1] + b',"nbf":NaN}')
