"""What do tests of the client stand on: a package just generated, and a running server?"""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interfaces.cli.openapi import COMMITTED
from interfaces.sdk.package import NAME, write_package
from tests.support.api import over_the_network, projecting
from tests.support.servers import Database


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package was written."""
    directory = tmp_path_factory.mktemp("sdk")
    write_package(json.loads(COMMITTED.read_text(encoding="utf-8")), directory)
    return directory


@pytest.fixture(scope="session")
def sdk(package: Path) -> Iterator[Any]:
    """The package, imported; its types exist only once it is written."""
    sys.path.insert(0, str(package))
    try:
        yield importlib.import_module(NAME)
    finally:
        sys.path.remove(str(package))


@pytest.fixture(scope="module")
def address(shared_database: Database) -> Iterator[str]:
    """Where a real server answers, with read models that follow."""
    with projecting(shared_database.settings), over_the_network(shared_database.settings) as address:
        yield address
