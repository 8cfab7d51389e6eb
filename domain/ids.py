"""How are things identified? By UUIDv7 made at the edge, shown to people with a prefix that says what they are."""

import os
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.refusal import BadInput

CHANCE_BYTES = 10
"""74 of these 80 bits end up in a UUIDv7; the rest are its version and variant."""

_HEX_DIGITS = frozenset("0123456789abcdef")


class Prefix(StrEnum):
    """What an id names, as the first letters of its text form."""

    REQUEST = "req_"
    OFFER = "off_"
    DECISION = "dec_"
    PROVIDER = "prv_"
    SHIFT = "shf_"
    USER = "usr_"
    CREW = "crw_"
    TRUCK = "trk_"
    PLACE = "plc_"
    EVENT = "evt_"
    COMMAND = "cmd_"
    CONTACT = "cnt_"
    PROFILE = "prf_"
    ZONE = "zon_"
    TARIFF = "trf_"
    RATING = "rat_"
    WALLET = "wal_"
    PLAN = "pln_"
    SUBSCRIPTION = "sub_"
    VEHICLE = "veh_"
    COVERAGE = "cov_"
    GRANT = "grt_"
    REFERRAL = "rfl_"
    PAYMENT = "pay_"
    INVOICE = "inv_"
    CREDIT_NOTE = "crn_"
    RECEIPT_VOUCHER = "rcv_"
    REFUND_VOUCHER = "rfv_"
    DOCUMENT = "doc_"
    FILE = "fil_"
    ORDER = "pod_"
    REFUND = "rfd_"
    LINK = "lnk_"
    TIP = "tip_"
    DISPUTE = "dsp_"
    RECOVERY = "rec_"
    PAYOUT = "pyo_"
    PAYOUT_BATCH = "pyb_"
    PAYOUT_ACCOUNT = "pya_"
    EARNING = "ern_"
    RESERVE = "rsv_"
    EARNING_RULES = "erl_"
    FARE_RULES = "frl_"
    CASH_IN_HAND = "cih_"
    PARTNER = "ptn_"
    SESSION = "ses_"
    CHALLENGE = "chl_"
    EXPORT = "exp_"
    HOOK = "whk_"
    API_KEY = "apk_"


class BadId(BadInput):
    """This text is not an id of that kind."""

    code = "bad_id"


def uuid7(at: datetime, chance: bytes) -> UUID:
    """The UUIDv7 (RFC 9562, 5.7) of an aware instant (millisecond precision) and 10 bytes of chance.

    Raises ValueError for a naive instant, one before 1970, or any other number of bytes.
    """
    if at.tzinfo is None:
        raise ValueError("an id needs an aware instant")
    if len(chance) != CHANCE_BYTES:
        raise ValueError(f"an id needs {CHANCE_BYTES} bytes of chance, got {len(chance)}")
    milliseconds = int(at.timestamp() * 1000)
    if milliseconds < 0:
        raise ValueError("an id cannot be older than 1970")
    number = int.from_bytes(chance)
    high = (number >> 62) & 0xFFF
    low = number & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)


def new_id(now: datetime) -> UUID:
    """A fresh id for something that begins now.

    For edges only (routes, processes, simulators): it draws chance. The rules take ids as arguments.
    """
    return uuid7(now, os.urandom(CHANCE_BYTES))


def show(prefix: str, value: UUID) -> str:
    """The public text of an id: its prefix and 32 hexadecimal digits."""
    return prefix + value.hex


def parse(prefix: str, text: str) -> UUID:
    """The id behind its public text; raises BadId for anything but the exact form that ``show`` gives."""
    digits = text[len(prefix) :]
    if not text.startswith(prefix) or len(digits) != 32 or not _HEX_DIGITS.issuperset(digits):
        raise BadId(f"an id of this kind is {prefix} followed by 32 lower-case hexadecimal digits", prefix=str(prefix))
    return UUID(hex=digits)
