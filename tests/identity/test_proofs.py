"""Do codes, links, seals, authenticators and limits keep what they promise, without any database?"""

import asyncio
import base64
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from domain.account_terms import HandleKind
from infra.identity import totp
from infra.identity.challenge import Asked, TooManyAsked, check_may_ask, resend_wait_s
from infra.identity.passwords import LEAST_CHARS, Passwords, PasswordsBusy, WeakPassword, check_password
from infra.identity.proof_keys import ProofKeys
from infra.proof_settings import ProofSettings
from tests.identity.keeping import NOW

KEYS = ProofKeys(b"a-key-for-these-tests-0123456789")
OTHERS = ProofKeys(b"another-key-for-tests-0123456789")
SETTINGS = ProofSettings()
OF_RFC_6238 = b"12345678901234567890"


@pytest.mark.parametrize(
    ("second", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"),
     (2000000000, "69279037"), (20000000000, "65353130")],
)  # fmt: skip
def test_an_authenticator_shows_what_the_rfc_says(second: int, code: str) -> None:
    step = totp.step_of(datetime.fromtimestamp(second, UTC))
    assert totp.code_at(OF_RFC_6238, step, 8) == code
    assert totp.code_at(OF_RFC_6238, step) == code[2:]


def test_a_code_of_the_authenticator_is_near_and_never_taken_twice() -> None:
    now = totp.step_of(NOW)
    for drift in (-1, 0, 1):
        assert totp.matching_step(OF_RFC_6238, totp.code_at(OF_RFC_6238, now + drift), NOW, -1) == now + drift
    for far in (-2, 2):
        assert totp.matching_step(OF_RFC_6238, totp.code_at(OF_RFC_6238, now + far), NOW, -1) is None
    assert totp.matching_step(OF_RFC_6238, totp.code_at(OF_RFC_6238, now), NOW, now) is None
    assert totp.matching_step(OF_RFC_6238, totp.code_at(OF_RFC_6238, now - 1), NOW, now) is None


def test_codes_are_six_digits_and_none_is_likelier() -> None:
    drawn = [KEYS.code(UUID(int=number)) for number in range(20_000)]
    assert all(len(code) == 6 and code.isdigit() for code in drawn)
    first = Counter(code[0] for code in drawn)
    assert len(first) == 10
    assert all(abs(count - 2_000) < 300 for count in first.values()), "seven standard deviations"
    assert len(set(drawn)) > 19_600


@given(st.uuids(), st.text(max_size=200))
def test_a_link_opens_its_challenge_and_nothing_else_does(challenge_id: UUID, junk: str) -> None:
    link = KEYS.link(challenge_id)
    assert KEYS.read_link(link) == challenge_id
    assert OTHERS.read_link(link) is None
    assert KEYS.read_link(junk) is None
    raw = bytearray(base64.urlsafe_b64decode(link[4:]))
    raw[-1] ^= 1
    assert KEYS.read_link("vml_" + base64.urlsafe_b64encode(bytes(raw)).decode()) is None


@given(st.uuids(), st.uuids(), st.text(max_size=100))
def test_what_is_sealed_opens_where_it_belongs_alone(about: UUID, other: UUID, content: str) -> None:
    sealed = KEYS.seal(about, content)
    assert KEYS.open(about, sealed) == content
    assert OTHERS.open(about, sealed) is None
    assert about == other or KEYS.open(other, sealed) is None
    assert KEYS.open(about, sealed[:-1]) is None


def test_a_number_is_found_in_its_tenant_alone() -> None:
    index = KEYS.blind_index("demo", HandleKind.PHONE, "+919845012345")
    assert index == KEYS.blind_index("demo", HandleKind.PHONE, "+919845012345")
    assert index != KEYS.blind_index("other", HandleKind.PHONE, "+919845012345")
    assert index != KEYS.blind_index("demo", HandleKind.EMAIL, "+919845012345")
    assert index != OTHERS.blind_index("demo", HandleKind.PHONE, "+919845012345")


def test_the_wait_for_another_code_doubles() -> None:
    assert [resend_wait_s(before, SETTINGS) for before in (1, 2, 3, 4, 9)] == [30, 60, 120, 240, 3_600]
    check_may_ask(Asked(0, None, 0, 0), SETTINGS, NOW)
    for before, wait_s in ((1, 30), (2, 60), (3, 120)):
        asked = Asked(before, NOW, 0, 0)
        with pytest.raises(TooManyAsked) as refused:
            check_may_ask(asked, SETTINGS, NOW + timedelta(seconds=wait_s - 1))
        assert refused.value.facts == {"retry_after_s": 2}
        check_may_ask(asked, SETTINGS, NOW + timedelta(seconds=wait_s))


@pytest.mark.parametrize("asked", [Asked(10, None, 0, 0), Asked(0, None, 60, 0), Asked(0, None, 0, 3_000)])
def test_there_is_an_end_to_asking(asked: Asked) -> None:
    with pytest.raises(TooManyAsked):
        check_may_ask(asked, SETTINGS, NOW)


def test_a_guess_is_as_unlikely_as_the_reference_asks() -> None:
    a_challenge = SETTINGS.tries_per_code / 1_000_000
    assert a_challenge <= 5e-6
    assert a_challenge * SETTINGS.codes_per_handle_day <= 1e-4


@pytest.mark.parametrize(
    "weak",
    [
        "short",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "0123456789",
        "qwertyuiop",
        "asha.rao.2026",
        "ababababab",
        "9876543210ab",
    ],
)
def test_a_weak_password_is_refused(weak: str) -> None:
    with pytest.raises(WeakPassword):
        check_password(weak, "asha.rao@example.org")


@pytest.mark.parametrize(
    "common", ["password1", "Password123!", "iloveyou2", "vehicaid123", "p@ssw0rd1", "rao.example1"]
)
def test_one_that_leaked_elsewhere_or_names_us_is_refused(common: str) -> None:
    with pytest.raises(WeakPassword, match=r"first that a program tries|what you sign in with"):
        check_password(common, "asha.rao@example.org")


def test_thousands_of_those_that_leaked_are_refused_and_none_is_let_through() -> None:
    leaked = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= LEAST_CHARS]
    assert len(leaked) > 3_000, "as many as ASVS V6.2.4 asks for, of those that are long enough"
    for password in leaked[:300] + leaked[-300:]:
        with pytest.raises(WeakPassword):
            check_password(password, "")


def test_those_who_work_for_us_are_held_to_more() -> None:
    check_password("mirchi2kothi", "")
    with pytest.raises(WeakPassword):
        check_password("Sunshine2019", "", is_staff=True)


def test_those_who_work_for_us_need_longer_ones() -> None:
    check_password("tow rope", "asha@example.org")
    with pytest.raises(WeakPassword):
        check_password("tow rope", "asha@example.org", is_staff=True)


@pytest.mark.anyio
async def test_passwords_are_argon2id_as_owasp_asks_and_those_of_nobody_cost_as_much() -> None:
    passwords = Passwords(SETTINGS)
    kept = await passwords.hash("a tow rope and a map")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.fits(kept, "a tow rope and a map")
    assert not await passwords.fits(kept, "a tow rope and a mop")
    assert not await passwords.fits(None, "nobody's password"), "not even by the one that stands for it"
    assert passwords.hashed == 4
    assert not passwords.is_outdated(kept)
    assert Passwords(ProofSettings(password_passes=3)).is_outdated(kept)
    passwords.close()


@pytest.mark.anyio
async def test_whoever_finds_too_many_waiting_is_told_at_once() -> None:
    passwords = Passwords(ProofSettings(passwords_waiting=1))
    hashing = [passwords.hash("a tow rope and a map") for _ in range(3)]
    told = await asyncio.gather(*hashing, return_exceptions=True)
    assert [type(one) for one in told] == [str, PasswordsBusy, PasswordsBusy]
    passwords.close()
