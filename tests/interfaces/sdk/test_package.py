"""Is the generated client whole, typed and the same each time?"""

import inspect
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.hooks.signing import headers, new_secret
from interfaces.cli.openapi import COMMITTED
from interfaces.sdk.document import operations_of
from interfaces.sdk.package import package_files

DOCUMENT = json.loads(COMMITTED.read_text(encoding="utf-8"))
NOW_S = 1_800_000_000
BODY = b'{"type": "job.assigned"}'


def test_every_operation_of_the_document_is_a_method_of_both_clients(sdk: Any) -> None:
    names = {one.name for one in operations_of(DOCUMENT)}
    assert len(names) == sum(len(methods) for methods in DOCUMENT["paths"].values())
    for name in names:
        assert inspect.isfunction(getattr(sdk.Client, name)), name
        assert inspect.iscoroutinefunction(getattr(sdk.AsyncClient, name)), name


def test_the_same_document_gives_the_same_bytes(package: Path) -> None:
    for name, text in package_files(DOCUMENT).items():
        assert (package / name).read_text(encoding="utf-8") == text


def test_it_holds_before_the_strict_type_checker(package: Path, tmp_path: Path) -> None:
    caller = package / "caller.py"
    caller.write_text(
        "from vehicaid_sdk import Client\n\n"
        "def state(client: Client, request_id: str) -> str:\n"
        "    return client.read_service_request(request_id)['state']\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}"]
    checked = subprocess.run([*command, "vehicaid_sdk", "caller.py"], cwd=package, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout.decode()


def test_pip_installs_it_where_there_is_no_network(package: Path, tmp_path: Path) -> None:
    offline = ["--no-index", "--no-deps", "--quiet", "--disable-pip-version-check"]
    source, wheels, there = tmp_path / "source", tmp_path / "wheels", tmp_path / "there"
    shutil.copytree(package, source)
    build = [sys.executable, "-m", "pip", "wheel", *offline, "--no-build-isolation", "-w", str(wheels), str(source)]
    subprocess.run(build, check=True)
    (wheel,) = wheels.iterdir()
    venv.create(there, with_pip=True)
    python = there / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", *offline, str(wheel)], check=True)
    # What it stands on is taken from here: there is no index to fetch it from.
    ask = (
        "import vehicaid_sdk, pathlib; here = pathlib.Path(vehicaid_sdk.__file__);"
        " print(here, (here.parent / 'py.typed').exists())"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(httpx.__file__).parents[1])}
    told = subprocess.run(
        [python, "-c", ask], check=True, capture_output=True, text=True, env=environment, cwd=tmp_path
    )
    where, is_typed = told.stdout.split()
    assert Path(where).is_relative_to(there)
    assert is_typed == "True"


def test_a_webhook_is_believed_by_either_secret_of_a_rotation(sdk: Any) -> None:
    old, new = new_secret(), new_secret()
    both = headers([old, new], "evt_1", NOW_S, BODY)
    for known in (old, new, [old, new], [new_secret(), new]):
        assert sdk.webhooks.verify(known, both, BODY, NOW_S) == "evt_1"


@pytest.mark.parametrize(
    ("changed", "body", "now_s"),
    [
        ({}, BODY + b" ", NOW_S),
        ({}, BODY, NOW_S + 301),
        ({}, BODY, NOW_S - 301),
        ({"webhook-id": "evt_2"}, BODY, NOW_S),
        ({"webhook-timestamp": "soon"}, BODY, NOW_S),
        ({"webhook-signature": "v1,é"}, BODY, NOW_S),
    ],
)
def test_a_webhook_that_was_touched_or_is_late_is_not_believed(
    sdk: Any, changed: dict[str, str], body: bytes, now_s: int
) -> None:
    secret = new_secret()
    told = {**headers([secret], "evt_1", NOW_S, BODY), **changed}
    with pytest.raises(sdk.webhooks.BadSignature):
        sdk.webhooks.verify(secret, told, body, now_s)
