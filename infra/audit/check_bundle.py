"""Is this bundle of the logs what its keeper signed, and is it complete?

Usage: python3 check_bundle.py BUNDLE.zip [JWKS.json]
Needs Python 3.9 or newer and nothing else: copy this file, trust no program of the log's keeper. The second file is
what GET /.well-known/jwks.json answered when you fetched it yourself; without it you learn only that one key signed
all of it.
Exit code 0: good. 1: not what was signed. 2: the files cannot be read.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


class NotGood(Exception):
    """The bundle is not what was signed."""


def _x_of(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x % 2 != sign else x


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = _x_of(BASE_Y, 0) or 0
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def _sum(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _sum(total, point)
        point, number = _sum(point, point), number >> 1
    return total


def _point(text: bytes) -> Point:
    number = int.from_bytes(text, "little")
    y = number & (2**255 - 1)
    x = _x_of(y, number >> 255)
    if x is None:
        raise NotGood("the key or the signature is no point of the curve")
    return x, y, 1, x * y % P


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Ed25519 (RFC 8032, section 5.1.7)."""
    if len(key) != 32 or len(signature) != 64:
        return False
    public, half, scalar = _point(key), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = _times(scalar, BASE), _sum(half, _times(challenge, public))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


def check(archive: zipfile.ZipFile, jwks: dict[str, Any] | None = None) -> dict[str, Any]:
    """Raise NotGood unless every file is the one that the manifest names, and the manifest was signed; the manifest."""
    manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    if manifest.get("format") != "vehicaid-bundle-1":
        raise NotGood("an unknown format")
    key = base64.b64decode(manifest["public_key"])
    if jwks is not None:
        known = {one["kid"]: base64.urlsafe_b64decode(one["x"] + "=") for one in jwks["keys"]}
        if known.get(manifest["kid"]) != key:
            raise NotGood(f"the key {manifest['kid']} is none of those that were published")
    rest = {name: value for name, value in manifest.items() if name != "signature"}
    signed = b"vehicaid-bundle-1\n" + json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()
    if not verify(key, signed, base64.b64decode(manifest["signature"])):
        raise NotGood("the signature does not hold")
    named = [one["name"] for one in manifest["files"]]
    if sorted(archive.namelist()) != sorted([*named, "manifest.json"]):
        raise NotGood("the archive holds other files than were signed")
    for one in manifest["files"]:
        content = archive.read(one["name"])
        if hashlib.sha256(content).hexdigest() != one["sha256"] or content.count(b"\n") != one["lines"]:
            raise NotGood(f"{one['name']} is not what was signed")
    return manifest


def main(arguments: list[str]) -> int:
    """Check the files named on the command line and say what came of it."""
    try:
        jwks = json.loads(Path(arguments[1]).read_text(encoding="utf-8")) if len(arguments) > 1 else None
        with zipfile.ZipFile(arguments[0]) as archive:
            manifest = check(archive, jwks)
    except NotGood as error:
        sys.stdout.write(f"NOT GOOD: {error}\n")
        return 1
    except Exception as error:  # noqa: BLE001  (whatever a bad file leads to)
        sys.stderr.write(f"cannot be checked: {type(error).__name__}: {error}\n{__doc__}")
        return 2
    lines = ", ".join(f"{one['lines']} lines of {one['name']}" for one in manifest["files"])
    sys.stdout.write(f"GOOD: {lines}, {manifest['since']} to {manifest['until']}, signed by {manifest['kid']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
