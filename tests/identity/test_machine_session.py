"""Whatever an owner and a thief do with copies of refresh tokens: is at most one of them ever worth anything?"""

import asyncio
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.actor import Role
from infra.identity.refresh_token import RefreshTokens, read
from infra.identity.session import End, Session, Step
from infra.identity.sessions import SessionOver
from infra.in_memory.sessions import SessionsInMemory
from tests.identity.keeping import KEY, NOW, Desk
from tests.support.api import somebody

HOME, ELSEWHERE = "the owner's telephone", "the thief's machine"
GRACE = timedelta(seconds=10)


class Family(RuleBasedStateMachine):
    """One session; every token that was ever given out may be presented by anybody at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.table = SessionsInMemory(lambda: self.now)
        self.desk = Desk(self.table)
        self.runner = asyncio.Runner()
        self.actor = somebody(Role.CUSTOMER)
        opening = self.desk.sessions.open(self.actor, amr=("sms",), device=HOME, at=self.now)
        self.tokens = [self.runner.run(opening).refresh_token]
        self.turned_at = self.now
        self.ended: End | None = None

    def teardown(self) -> None:
        self.runner.close()

    @property
    def session(self) -> Session:
        (row,) = self.table.rows.values()
        return row

    @rule(seconds=st.sampled_from([0, 1, 9, 10, 11, 900, 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(back=st.integers(0, 4), device=st.sampled_from([HOME, HOME, HOME, ELSEWHERE]))
    def somebody_presents_a_token(self, back: int, device: str) -> None:
        back = min(back, len(self.tokens) - 1)
        wanted = self.ended or self.would_end(back, device)
        try:
            asked = self.desk.sessions.refresh(self.tokens[-1 - back], device=device, at=self.now)
            given = self.runner.run(asked).refresh_token
        except SessionOver:
            assert wanted is not None, "an honest device was turned away"
            self.ended = wanted
            return
        assert wanted is None, f"a token was good that should have ended the session: {wanted}"
        if back == 0:
            assert given not in self.tokens
            self.tokens.append(given)
            self.turned_at = self.now
        assert given == self.tokens[-1], "the same pair again, never a second living one"

    def would_end(self, back: int, device: str) -> End | None:
        if device != HOME:
            return End.OTHER_DEVICE
        is_lost_answer = back == 1 and self.now - self.turned_at <= GRACE
        return None if back == 0 or is_lost_answer else End.REUSED

    @rule()
    def the_owner_signs_out(self) -> None:
        assert self.runner.run(self.desk.sessions.revoke(self.actor, self.session.session_id, why=End.SIGNED_OUT))
        self.ended = self.ended or End.SIGNED_OUT

    @invariant()
    def one_token_lives_or_none(self) -> None:
        session, ours = self.session, RefreshTokens(KEY)
        living = []
        for text in self.tokens:
            token = read(text)
            assert token is not None
            later = self.now + GRACE + timedelta(seconds=1)
            step = session.step(token.digest, session.device, later, GRACE, is_ours=ours.is_ours(token))
            if step is Step.ROTATE:
                living.append(text)
        assert living == ([] if self.ended else [self.tokens[-1]])
        assert session.ended_by is self.ended
        assert (session.session_id in self.desk.authority.ended.ids) is (self.ended is not None)


TestFamily = Family.TestCase
