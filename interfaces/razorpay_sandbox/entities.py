"""How do the stand-in's things look while nobody has told what shape they have? As the JSON that goes over the wire."""

import hashlib
from typing import Any, Final

# The gateway's entities are JSON whose shape its documents describe and its versions change: no type would tell more.
Entity = dict[str, Any]

LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# The gateway's ids are a prefix and fourteen of these letters.
ID_LENGTH: Final = 14


def made_id(seed: str, prefix: str, number: int) -> str:
    """An id that looks drawn and follows from the seed: the same calls give the same ids."""
    value = int.from_bytes(hashlib.blake2b(f"{seed}:{prefix}:{number}".encode(), digest_size=16).digest())
    letters = []
    for _ in range(ID_LENGTH):
        value, letter = divmod(value, len(LETTERS))
        letters.append(LETTERS[letter])
    return f"{prefix}_{''.join(letters)}"


def fee_and_tax(amount: int) -> tuple[int, int]:
    """What the gateway takes of a payment: two per cent and 18 % tax on them; the fee includes the tax."""
    base = (amount * 2 + 50) // 100
    tax = (base * 18 + 50) // 100
    return base + tax, tax
