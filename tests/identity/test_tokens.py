"""Which tokens are accepted? Ours, for us, now, with the one algorithm; nothing else."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from domain.actor import Actor, Duty, Role
from infra.identity.access_tokens import BadToken, NotHeardYet, TokenAuthority, UnknownKey
from infra.identity.deployment_key import DeploymentKey
from infra.identity.key_ring import KeyRing, NoSigningKey, SigningKey, kid_of, public_of
from infra.identity.place import local_authority
from tests.identity.forging import CUSTOMER, KEY, NOW, corpus, members_of, resigned
from tests.support.api import somebody

SESSION = UUID("01900000-0000-7000-8000-0000000000aa")


@pytest.fixture
def authority() -> TokenAuthority:
    return local_authority(KEY, 900)


def key_from(seed: int, signs_after_s: int = 0, verifies_for_s: int | None = None) -> SigningKey:
    raw = bytes([seed]) * 32
    until = None if verifies_for_s is None else NOW + timedelta(seconds=verifies_for_s)
    return SigningKey(kid_of(public_of(raw)), public_of(raw), NOW + timedelta(seconds=signs_after_s), until, raw)


@pytest.mark.parametrize("role", list(Role))
def test_what_was_signed_is_verified(authority: TokenAuthority, role: Role) -> None:
    actor = somebody(role)
    assert authority.verify(authority.sign(actor, NOW), NOW).actor == actor
    assert authority.verify(authority.sign(actor, NOW), NOW + timedelta(seconds=899)).actor == actor


def test_a_token_says_its_session_and_how_they_showed_who_they_are(authority: TokenAuthority) -> None:
    authority.ended.take(())
    token = authority.sign(CUSTOMER, NOW, session_id=SESSION, amr=("pwd", "otp"))
    caller = authority.verify(token, NOW)
    assert (caller.session_id, caller.amr) == (SESSION, ("pwd", "otp"))
    header, claims = map(members_of, token.split(".")[:2])
    assert (header["alg"], header["typ"]) == ("Ed25519", "at+jwt")
    assert claims["sid"] == f"ses_{SESSION.hex}"
    assert set(claims) == {"iss", "aud", "sub", "role", "tenant", "iat", "exp", "jti", "sid", "amr"}


def test_a_token_for_a_company_says_who_speaks_for_it(authority: TokenAuthority) -> None:
    actor = replace(somebody(Role.PROVIDER), person_id=SESSION, duty=Duty.DRIVER)
    token = authority.sign(actor, NOW)
    assert authority.verify(token, NOW).actor == actor
    claims = members_of(token.split(".")[1])
    assert (claims["per"], claims["duty"]) == (f"usr_{SESSION.hex}", "driver")


def test_a_token_ends_even_when_it_is_remembered(authority: TokenAuthority) -> None:
    token = authority.sign(CUSTOMER, NOW)
    assert authority.verify(token, NOW).actor == CUSTOMER
    for _ in range(2):
        with pytest.raises(BadToken):
            authority.verify(token, NOW + timedelta(seconds=906))


def test_nothing_of_the_corpus_is_accepted(authority: TokenAuthority) -> None:
    authority.ended.take(())
    assert authority.verify(resigned(authority, {}, {}), NOW).actor == CUSTOMER, "the forger can sign what is right"
    forgeries = list(corpus(authority))
    accepted = []
    for name, token in forgeries:
        for _ in range(2):
            try:
                authority.verify(token, NOW)
            except BadToken:
                continue
            accepted.append(name)
    assert len(forgeries) > 110
    assert accepted == []


def test_no_character_of_a_token_can_be_changed(authority: TokenAuthority) -> None:
    token = authority.sign(CUSTOMER, NOW)
    for at in (*range(0, len(token), 7), len(token) - 1):
        for letter in "AQgw_":
            if token[at] != letter:
                with pytest.raises(BadToken):
                    authority.verify(token[:at] + letter + token[at + 1 :], NOW)


def test_only_so_many_tokens_are_remembered(authority: TokenAuthority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.identity.access_tokens.REMEMBERED", 5)
    for number in range(20):
        authority.verify(authority.sign(Actor.system(f"worker-{number}", "demo"), NOW), NOW)
    assert len(authority._known) == 5


def test_a_token_of_a_session_that_ended_is_refused_though_it_is_remembered(authority: TokenAuthority) -> None:
    token = authority.sign(CUSTOMER, NOW, session_id=SESSION)
    with pytest.raises(NotHeardYet):
        authority.verify(token, NOW)
    authority.ended.take(())
    assert authority.verify(token, NOW).session_id == SESSION
    authority.ended.note([SESSION])
    with pytest.raises(BadToken):
        authority.verify(token, NOW)
    authority.ended.take([(SESSION, NOW)])
    authority.ended.forget_before(NOW)
    with pytest.raises(BadToken):
        authority.verify(token, NOW)
    authority.ended.forget_before(NOW + timedelta(seconds=1))
    assert not authority.ended.ids


def test_a_key_that_another_follows_verifies_until_its_last_token_is_over() -> None:
    ring = KeyRing()
    authority = TokenAuthority(ring, 900)
    with pytest.raises(NoSigningKey):
        authority.sign(CUSTOMER, NOW)
    first, second = key_from(1), key_from(2, signs_after_s=60)
    ring.take([first])
    old = authority.sign(CUSTOMER, NOW)
    ring.take([key_from(1, verifies_for_s=1020), second])
    assert {key["kid"] for key in ring.published(NOW)} == {first.kid, second.kid}, "the next one is published ahead"
    assert members_of(authority.sign(CUSTOMER, NOW).split(".")[0])["kid"] == first.kid
    later = NOW + timedelta(seconds=60)
    assert members_of(authority.sign(CUSTOMER, later).split(".")[0])["kid"] == second.kid
    assert authority.verify(old, later).actor == CUSTOMER
    assert [key["kid"] for key in ring.published(NOW + timedelta(seconds=1021))] == [second.kid]
    with pytest.raises(BadToken):
        authority.verify(old, NOW + timedelta(seconds=1021))


def test_a_key_that_is_gone_takes_what_was_remembered_with_it() -> None:
    ring = KeyRing()
    ring.take([key_from(1), key_from(2)])
    authority = TokenAuthority(ring, 900)
    token = authority.sign(CUSTOMER, NOW)
    kid = members_of(token.split(".")[0])["kid"]
    authority.verify(token, NOW)
    ring.take([key for key in (key_from(1), key_from(2)) if key.kid != kid])
    with pytest.raises(UnknownKey):
        authority.verify(token, NOW)


def test_a_key_that_cannot_be_opened_still_verifies() -> None:
    ring = KeyRing()
    ring.take([key_from(1)])
    authority = TokenAuthority(ring, 900)
    token = authority.sign(CUSTOMER, NOW)
    key = key_from(1)
    ring.take([SigningKey(key.kid, key.public, key.signs_from)])
    assert authority.verify(token, NOW).actor == CUSTOMER
    with pytest.raises(NoSigningKey):
        authority.sign(CUSTOMER, NOW)


def test_a_local_key_signs_only_while_there_is_no_other() -> None:
    authority = local_authority(KEY, 900)
    local = members_of(authority.sign(CUSTOMER, NOW).split(".")[0])["kid"]
    authority.ring.take([key_from(1)])
    assert members_of(authority.sign(CUSTOMER, NOW).split(".")[0])["kid"] == key_from(1).kid
    assert authority.verify(local_authority(KEY, 900).sign(CUSTOMER, NOW), NOW).actor == CUSTOMER
    assert local == DeploymentKey(KEY).local_key().kid


def test_a_wrapped_key_opens_under_its_own_name_and_secret_only() -> None:
    ours, theirs = DeploymentKey(KEY), DeploymentKey(KEY + b"x")
    wrapped = ours.wrap("0" * 16, bytes(32))
    assert ours.unwrap("0" * 16, wrapped) == bytes(32)
    assert ours.unwrap("1" * 16, wrapped) is None
    assert theirs.unwrap("0" * 16, wrapped) is None
    assert ours.unwrap("0" * 16, wrapped[:-1]) is None
    assert ours.kek_id != theirs.kek_id
