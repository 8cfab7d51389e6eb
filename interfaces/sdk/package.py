"""Of which files is the client's package made? The same document gives the same bytes."""

from pathlib import Path
from typing import Final

from interfaces.sdk.document import Json
from interfaces.sdk.operations import client_text
from interfaces.sdk.types import types_text

RUNTIME: Final = Path(__file__).parent / "runtime"
NAME: Final = "vehicaid_sdk"
COPIED: Final = ("calls.py", "problems.py", "sending.py", "webhooks.py")
INIT: Final = '''"""How does a Python program speak to VehicAid? By a Client, or an AsyncClient that is awaited."""

from . import types, webhooks
from .async_client import AsyncClient
from .calls import Retries
from .client import Client
from .problems import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Outdated,
    Problem,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)

__version__ = "{version}"
__all__ = [
    "AsyncClient",
    "Client",
    "Conflict",
    "Forbidden",
    "Invalid",
    "NotFound",
    "Outdated",
    "Problem",
    "Retries",
    "TooManyRequests",
    "Unauthenticated",
    "Unavailable",
    "types",
    "webhooks",
]
'''
PROJECT: Final = """[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "vehicaid-sdk"
version = "{version}"
description = "A typed client of the VehicAid API, generated from its OpenAPI document."
readme = "README.md"
requires-python = ">=3.11"
license = "Apache-2.0"
dependencies = ["httpx>=0.28"]

[tool.setuptools]
packages = ["vehicaid_sdk"]

[tool.setuptools.package-data]
vehicaid_sdk = ["py.typed"]
"""
README: Final = """# vehicaid-sdk {version}

A typed client of the VehicAid API, generated from its OpenAPI document.

    from vehicaid_sdk import Client, Conflict

    with Client("https://api.example.org", token="...") as client:
        asked = client.request_help({{"service": "flat_tyre", "vehicle_class": "car", "fuel": "petrol",
            "location": {{"lat": 12.97, "lng": 77.59}}, "contact": {{"name": "Asha Rao", "phone": "+919845012345"}}}})
        print(client.read_service_request(asked["id"])["state"])

Each operation is a method by its `operationId`, each list has an `each_of_...` that turns the pages. Commands carry an
Idempotency-Key and are sent again, under the same one, on 429, 503 and broken lines. Refusals are a `Problem` with
`status`, `code` and `detail`. `if_match=` takes a version. Questions see what the client wrote.
`webhooks.verify(secrets, headers, body)` raises `BadSignature`.
"""


def package_files(document: Json) -> dict[str, str]:
    """Every file of the package, by its path."""
    version = document["info"]["version"]
    return {
        "pyproject.toml": PROJECT.format(version=version),
        "README.md": README.format(version=version),
        f"{NAME}/__init__.py": INIT.format(version=version),
        f"{NAME}/py.typed": "",
        f"{NAME}/types.py": types_text(document),
        f"{NAME}/client.py": client_text(document, awaited=False),
        f"{NAME}/async_client.py": client_text(document, awaited=True),
        **{f"{NAME}/{name}": (RUNTIME / name).read_text(encoding="utf-8") for name in COPIED},
    }


def write_package(document: Json, directory: Path) -> list[Path]:
    """Write the package; what else lies in the directory stays."""
    written = []
    for name, text in package_files(document).items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
