"""What may not pass into a log line or a trace, whoever wrote it? The last wall, not the first."""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "[hidden]"
# Deep enough for any structure worth logging; below that nobody has looked.
MAX_DEPTH: Final = 6

PERSONAL: Final = frozenset(
    {"name", "first_name", "last_name", "full_name", "company_name", "display_name", "contact", "phone", "mobile"}
    | {"email", "e_mail", "address", "landmark", "place", "lat", "lng", "lon", "latitude", "longitude", "coordinates"}
    | {"location", "point", "plate", "registration_number", "note", "notes", "profile", "vehicle", "body", "fields"}
)
SECRET: Final = frozenset(
    {
        "authorization",
        "api_key",
        "token",
        "access_token",
        "password",
        "secret",
        "cookie",
        "set_cookie",
        "dsn",
        "database_url",
    }
    | {"admin_database_url", "redis_url", "master_key", "personal_master_key", "token_signing_key"}
    | {"cursor_signing_key", "refresh_token", "device", "seed", "totp", "recovery_code"}
)
_FIELDS: Final = PERSONAL | SECRET

_PATTERNS: Final = (
    # A phone as people or E.164 write it: plus, then at least eight digits.
    re.compile(r"\+\d[\d ().-]{6,18}\d"),
    # A pair of decimal coordinates, as in an address of a map or a tuple.
    re.compile(r"-?\d{1,3}\.\d{3,}\s*[,;/ ]\s*-?\d{1,3}\.\d{3,}"),
    # What validators quote of their input: name='Asha', input_value={'phone': ...}.
    re.compile(r"input_value=.*?, input_type=\w+"),
    # What PostgreSQL quotes of a row: Key (phone)=(...), Failing row contains (...).
    re.compile(r"(?<=\)=\()[^)]*|(?<=Failing row contains \().*(?=\))"),
    # A refresh token, a signed one or an API key, wherever it stands.
    re.compile(r"\bvrt_[\w-]{20,}|\bvak_[0-9a-f]{32}_[\w-]{20,}|\beyJ[\w-]+\.[\w-]+\.[\w-]*"),
    # A credential in a url or a header.
    re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)|(?<=Bearer )[\w.~+/-]+=*"),
)
_NAMES: Final = "|".join(sorted(_FIELDS))
_QUOTED: Final = re.compile(
    rf"""(["'](?:{_NAMES})["']\s*:\s*)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?[\d.]+)""", re.IGNORECASE
)


def redact_text(text: str) -> str:
    """The text without phones, coordinates, quoted personal fields and credentials."""
    for pattern in _PATTERNS:
        text = pattern.sub(HIDDEN, text)
    return _QUOTED.sub(rf"\1{HIDDEN}", text)


def redact(value: object, depth: int = MAX_DEPTH) -> object:
    """The value without personal and secret fields, at any depth up to MAX_DEPTH."""
    if isinstance(value, str):
        return redact_text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth == 0:
        return HIDDEN
    if isinstance(value, dict):
        return {str(key): HIDDEN if is_hidden(key) else redact(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item, depth - 1) for item in value]
    return redact_text(str(value))


def is_hidden(key: object) -> bool:
    """Whether a field of this name is never shown."""
    return isinstance(key, str) and key.lower().replace("-", "_") in _FIELDS
