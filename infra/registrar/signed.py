"""Is this text signed by the registrar, and what does it say? A JSON web token under RS256."""

import base64
import binascii
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

ALGORITHM: Final = "RS256"
PARTS: Final = 3


class NotSigned(Exception):
    """Not a token, or not signed by whom the key belongs to."""


def sign(told: dict[str, Any], key: RSAPrivateKey) -> str:
    """What the registrar says, as it signs it: the text in ``data``, as the portal does."""
    head = _encoded(msgspec.json.encode({"alg": ALGORITHM, "typ": "JWT"}))
    body = _encoded(msgspec.json.encode({"iss": "NIC", "data": msgspec.json.encode(told).decode()}))
    signature = key.sign(f"{head}.{body}".encode(), PKCS1v15(), SHA256())
    return f"{head}.{body}.{_encoded(signature)}"


def told_by(token: str, key: RSAPublicKey) -> dict[str, Any]:
    """What a token says; raises NotSigned."""
    parts = token.split(".")
    if len(parts) != PARTS:
        raise NotSigned("a token has three parts")
    try:
        head, body, signature = (_decoded(part) for part in parts)
        if msgspec.json.decode(head)["alg"] != ALGORITHM:
            raise NotSigned("signed in another way")
        key.verify(signature, f"{parts[0]}.{parts[1]}".encode(), PKCS1v15(), SHA256())
        told: dict[str, Any] = msgspec.json.decode(msgspec.json.decode(body)["data"])
    except (InvalidSignature, binascii.Error, msgspec.DecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise NotSigned("the signature does not fit") from error
    return told


def public_key(pem: str) -> RSAPublicKey:
    """The key of a PEM text; raises NotSigned for another sort of key."""
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError as error:
        raise NotSigned("not a public key") from error
    if not isinstance(key, RSAPublicKey):
        raise NotSigned("not an RSA key")
    return key


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
