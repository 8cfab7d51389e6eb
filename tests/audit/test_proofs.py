"""Can one event be proved offline, by a file of its own, against a root exported earlier?"""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.audit import check_proof
from infra.audit.prove import NotSealedYet, Unprovable, prove
from infra.audit.root import Root
from tests.audit.lab import append, application, root_of, seal, sealed_log, tamper
from tests.support.servers import Database

Json = dict[str, Any]
SOURCE = Path(check_proof.__file__)


def proof_of(database: Database, position: int, root: Root | None = None) -> Json:
    with application(database) as connection:
        return prove(connection, position, root or root_of(database))


def accepted(proof: Json, root: Json) -> bool:
    try:
        check_proof.check(proof, root)
    except check_proof.NotProved:
        return False
    return True


def test_the_verifier_is_one_short_file_of_the_standard_library() -> None:
    source = SOURCE.read_text(encoding="utf-8")
    imported = {line.split()[1] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert len(source.splitlines()) < 100
    assert imported <= set(sys.stdlib_module_names)


def test_a_proof_is_checked_by_the_copied_file_alone(database: Database, tmp_path: Path) -> None:
    sealed_log(database, events=60)
    root = root_of(database)
    shutil.copy(SOURCE, tmp_path / "verifier.py")
    (tmp_path / "root.json").write_text(json.dumps(root.as_json()), encoding="utf-8")
    (tmp_path / "proof.json").write_text(json.dumps(proof_of(database, 20, root)), encoding="utf-8")
    command = [sys.executable, "-I", "-S", "verifier.py", "proof.json", "root.json"]

    proved = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (proved.returncode, proved.stderr) == (0, "")
    assert proved.stdout.startswith("PROVED: 20 thing.done, by customer:usr_1")

    proof = json.loads((tmp_path / "proof.json").read_text(encoding="utf-8"))
    proof["event"]["actor"] = "system:forger"
    (tmp_path / "proof.json").write_text(json.dumps(proof), encoding="utf-8")
    refused = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert refused.stdout.startswith("NOT PROVED: the event is not the one that was sealed at position 20")

    (tmp_path / "proof.json").write_text("{", encoding="utf-8")
    unreadable = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert unreadable.returncode == 2
    assert "cannot be checked" in unreadable.stderr


def test_every_sealed_event_can_be_proved(database: Database) -> None:
    sealed_log(database, events=61, at_most=7)
    root = root_of(database).as_json()
    for position in range(1, 62):
        assert accepted(proof_of(database, position), root), position


def test_an_event_is_proved_against_a_root_exported_long_ago(database: Database) -> None:
    sealed_log(database, events=20)
    older = root_of(database)
    append(database, 21, 40)
    seal(database, 4)
    assert accepted(proof_of(database, 3, older), older.as_json())
    assert accepted(proof_of(database, 3), root_of(database).as_json())
    assert not accepted(proof_of(database, 3), older.as_json())


def test_a_proof_passes_many_segments_in_few_steps(database: Database) -> None:
    sealed_log(database, events=200, at_most=1)
    root = root_of(database)
    proof = proof_of(database, 2, root)
    assert accepted(proof, root.as_json())
    assert len(proof["chain"]) <= 36


def changes() -> list[tuple[str, Callable[[Json], None]]]:
    event = {
        "position": 21, "tenant": "other", "stream_id": "00000000-0000-0000-0000-000000000000", "version": 99,
        "topic": "thing.undone", "payload": "{}", "command_id": None, "correlation_id": None,
        "causation_id": "00000000-0000-0000-0000-000000000000", "actor": "system:forger",
        "occurred_at": "2026-01-01T00:00:00.000000Z", "recorded_at": "2026-01-01T00:00:00.000000Z",
    }  # fmt: skip
    link = {"segment": 2, "first_position": 16, "last_position": 25, "sealed_at": "2026-01-01T00:00:00.000000Z",
            "merkle_root": "11" * 32, "previous": "11" * 32, "skip": "11" * 32}  # fmt: skip

    def set_in(part: Callable[[Json], Json], name: str, value: object) -> Callable[[Json], None]:
        return lambda proof: part(proof).__setitem__(name, value)

    found = [(f"event {name}", set_in(lambda p: p["event"], name, value)) for name, value in event.items()]
    found += [(f"last link {name}", set_in(lambda p: p["chain"][-1], name, value)) for name, value in link.items()]
    found += [(f"first link {name}", set_in(lambda p: p["chain"][0], name, value)) for name, value in link.items()]
    return [
        *found,
        ("a node", lambda p: p["path"].__setitem__(0, "00" * 32)),
        ("path too short", lambda p: p["path"].pop()),
        ("path too long", lambda p: p["path"].append("00" * 32)),
        ("first link gone", lambda p: p["chain"].pop(0)),
        ("last link gone", lambda p: p["chain"].pop()),
        ("another cell", lambda p: p.__setitem__("cell", "elsewhere")),
        ("another format", lambda p: p.__setitem__("format", "vehicaid-proof-0")),
    ]


@pytest.mark.servers
def test_no_part_of_a_proof_can_be_changed(shared_database: Database) -> None:
    sealed_log(shared_database)
    root = root_of(shared_database).as_json()
    proof = proof_of(shared_database, 20)
    assert len(proof["chain"]) >= 2
    assert accepted(proof, root)
    for name, change in changes():
        forged = copy.deepcopy(proof)
        change(forged)
        assert forged != proof, name
        assert not accepted(forged, root), name


@pytest.mark.parametrize(("name", "value"), [("chain_hash", "00" * 32), ("segment", 7), ("cell", "elsewhere")])
def test_a_proof_does_not_fit_another_root(database: Database, name: str, value: object) -> None:
    sealed_log(database)
    assert not accepted(proof_of(database, 20), {**root_of(database).as_json(), name: value})


def test_what_is_not_sealed_cannot_be_proved(database: Database) -> None:
    sealed_log(database, events=20, tail=5)
    root = root_of(database)
    with pytest.raises(NotSealedYet, match="position 22 lies behind the root"):
        proof_of(database, 22)
    seal(database, 8)
    with pytest.raises(NotSealedYet, match="which reaches to 20"):
        proof_of(database, 22, root)
    with pytest.raises(Unprovable, match="no event at position 26"):
        proof_of(database, 26)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE events SET actor = 'system:forger' WHERE position = 20", "is not the one that was sealed"),
        ("DELETE FROM events WHERE position = 20", "there is no event at position 20"),
        ("UPDATE seals SET merkle_root = chain_hash WHERE segment = 3", "segment 3 was changed"),
        ("UPDATE seals SET leaf_hashes = substr(leaf_hashes, 1, 224) || sha256('') WHERE segment = 3", "segment 3 was"),
        ("UPDATE seals SET sealed_at = now() WHERE segment = 8", "no longer leads to the root of segment 8"),
        ("UPDATE seals SET sealed_at = now() WHERE segment = 4", "segment 4 is not the one that segment 6"),
        ("DELETE FROM seals WHERE segment = 4", "a segment between 3 and 8 is gone"),
        ("DELETE FROM seals WHERE segment = 3", "the seal over position 20 is gone"),
    ],
)
def test_a_damaged_log_gives_no_proof(database: Database, statement: str, why: str) -> None:
    sealed_log(database)
    root = root_of(database)
    tamper(database, statement)
    with pytest.raises(Unprovable, match=why):
        proof_of(database, 20, root)
