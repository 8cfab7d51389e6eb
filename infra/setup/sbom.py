"""Of which libraries, in which versions and with which hashes, is this product made? CycloneDX, from the lock file."""

from __future__ import annotations

import json
import re
import sys
import uuid
from pathlib import Path
from typing import Final

FORMAT: Final = "1.6"
PINNED: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)")
HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")
NAMESPACE: Final = uuid.UUID("7f1c2a54-7d0e-4f0b-8b52-6a1f0c1f9a10")
"""Of the serial numbers: the same lock file is the same bill."""


def bill_of(lock: str, version: str) -> dict[str, object]:
    """The bill of materials of a lock file, as CycloneDX JSON; the same for the same file."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": FORMAT,
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, lock)}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "vehicaid", "version": version, "bom-ref": "vehicaid"}
        },
        "components": [_component(block) for block in _blocks(lock)],
    }


def _blocks(lock: str) -> list[str]:
    """A library with the lines that belong to it: they are indented."""
    blocks: list[str] = []
    for line in lock.splitlines():
        if PINNED.match(line):
            blocks.append(line)
        elif blocks and line.startswith(" "):
            blocks[-1] += "\n" + line
    return blocks


def _component(block: str) -> dict[str, object]:
    pinned = PINNED.match(block)
    assert pinned is not None  # noqa: S101  (a block begins with one)
    name, version = pinned[1].lower().replace("_", "-"), pinned[2]
    reference = f"pkg:pypi/{name}@{version}"
    return {
        "type": "library",
        "bom-ref": reference,
        "name": name,
        "version": version,
        "purl": reference,
        "hashes": [{"alg": "SHA-256", "content": one} for one in HASH.findall(block)],
    }


def main(arguments: list[str]) -> None:
    """Print the bill of a lock file; its name and our version are the arguments."""
    lock, version = arguments
    bill = bill_of(Path(lock).read_text(encoding="utf-8"), version)
    sys.stdout.write(json.dumps(bill, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
