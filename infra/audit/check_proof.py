"""Does this proof show that its event stands in the log that this root was exported from?

Usage: python3 check_proof.py PROOF.json ROOT.json
Needs Python 3.9 or newer and nothing else: copy this file, trust no program of the log's keeper.
Exit code 0: proved. 1: not proved. 2: the files cannot be read.
"""

from __future__ import annotations

import json
import sys
import uuid
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any


class NotProved(Exception):
    """The proof does not lead to the root."""


def _number(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)


def _instant(text: str) -> bytes:
    since = datetime.fromisoformat(text.replace("Z", "+00:00")) - datetime.fromisoformat("2000-01-01T00:00:00+00:00")  # noqa: FURB162
    return _number(since // timedelta(microseconds=1))


def _id(text: str | None) -> bytes | None:
    return None if text is None else uuid.UUID(text).bytes


def _leaf(event: dict[str, Any]) -> bytes:
    """SHA-256 of the event's row: field count, then length (4 bytes; -1: absent) and bytes of each field."""
    fields = [_number(event["position"]), event["tenant"].encode(), _id(event["stream_id"]), _number(event["version"])]
    fields += [event["topic"].encode(), event["payload"].encode(), _id(event["command_id"])]
    fields += [_id(event["correlation_id"]), _id(event["causation_id"]), event["actor"].encode()]
    fields += [_instant(event["occurred_at"]), _instant(event["recorded_at"])]
    row = b"".join(b"\xff\xff\xff\xff" if f is None else len(f).to_bytes(4, "big") + f for f in fields)
    return sha256(b"\x00" + len(fields).to_bytes(2, "big") + row).digest()


def _merkle_root(node: bytes, index: int, size: int, path: list[str]) -> str:
    """The root of the tree of `size` leaves in which `node` has that index (RFC 6962)."""
    beside = [bytes.fromhex(text) for text in reversed(path)]
    while size > 1:
        if index ^ 1 < size:
            if not beside:
                raise NotProved("the Merkle path is too short")
            other = beside.pop()
            node = sha256(b"\x01" + (other + node if index & 1 else node + other)).digest()
        index, size = index >> 1, (size + 1) >> 1
    if beside:
        raise NotProved("the Merkle path is too long")
    return node.hex()


def _chain_hash(link: dict[str, Any]) -> str:
    numbers = b"".join(_number(link[name]) for name in ("segment", "first_position", "last_position"))
    hashes = b"".join(bytes.fromhex(link[name]) for name in ("merkle_root", "previous", "skip"))
    return sha256(b"\x02" + (1).to_bytes(4, "big") + numbers + _instant(link["sealed_at"]) + hashes).hexdigest()


def check(proof: dict[str, Any], root: dict[str, Any]) -> None:
    """Raise NotProved unless the proof's chain leads from the root down to the event."""
    if (proof["format"], root["format"], proof["cell"]) != ("vehicaid-proof-1", "vehicaid-root-1", root["cell"]):
        raise NotProved("the proof and the root are of different cells or of an unknown format")
    expected = {root["segment"]: root["chain_hash"]}
    for link in proof["chain"]:
        segment = link["segment"]
        if _chain_hash(link) != expected.get(segment):
            raise NotProved(f"segment {segment} of the proof does not lead to the root of segment {root['segment']}")
        expected = {segment & (segment - 1): link["skip"], segment - 1: link["previous"]}
    event, last = proof["event"], proof["chain"][-1]
    index, size = event["position"] - last["first_position"], last["last_position"] - last["first_position"] + 1
    if not 0 <= index < size or _merkle_root(_leaf(event), index, size, proof["path"]) != last["merkle_root"]:
        raise NotProved(f"the event is not the one that was sealed at position {event['position']}")


def main(arguments: list[str]) -> int:
    """Check the files named on the command line and say what came of it."""
    try:
        proof, root = [json.loads(Path(name).read_text(encoding="utf-8")) for name in arguments]
        check(proof, root)
    except NotProved as error:
        sys.stdout.write(f"NOT PROVED: {error}\n")
        return 1
    except Exception as error:  # noqa: BLE001  (whatever a bad file leads to)
        sys.stderr.write(f"cannot be checked: {type(error).__name__}: {error}\n{__doc__}")
        return 2
    sys.stdout.write("PROVED: {position} {topic}, by {actor}, recorded {recorded_at}\n".format(**proof["event"]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
