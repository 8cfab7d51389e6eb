"""However an account is granted, suspended and closed: does replay agree, and is nobody let in who may not?"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.account import Account
from domain.account_terms import AccountKind, ClosedFor, Grant, HandleKind, SuspendedFor
from domain.actor import Duty, Role
from domain.refusal import Refusal
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import NOON, some_id
from tests.support.rulebook import STREAM

SCOPES = st.sampled_from([None, some_id(1), some_id(2)])


class AccountMachine(AggregateMachine[Account]):
    """Random orders about one account that began as a driver's."""

    def __init__(self) -> None:
        super().__init__(Account.register(STREAM, AccountKind.CREW, NOON))

    @rule(role=st.sampled_from(Role), scope=SCOPES, duty=st.sampled_from([None, *Duty]))
    def grant(self, role: Role, scope: object, duty: Duty | None) -> None:
        self.attempt(lambda account: account.grant(Grant(role, scope, duty), self.now))  # type: ignore[arg-type]  # drawn

    @rule(role=st.sampled_from(Role), scope=SCOPES)
    def withdraw(self, role: Role, scope: object) -> None:
        self.attempt(lambda account: account.withdraw(role, scope, self.now))  # type: ignore[arg-type]  # drawn

    @rule(kind=st.sampled_from(HandleKind), number=st.integers(1, 3))
    def verify(self, kind: HandleKind, number: int) -> None:
        self.attempt(lambda account: account.verify_handle(kind, some_id(number), self.now))

    @rule(reason=st.sampled_from(SuspendedFor))
    def suspend(self, reason: SuspendedFor) -> None:
        self.attempt(lambda account: account.suspend(reason, self.now))

    @rule()
    def reinstate(self) -> None:
        self.attempt(lambda account: account.reinstate(self.now))

    @rule(really=st.integers(0, 9))
    def close(self, really: int) -> None:
        if really == 0:
            self.attempt(lambda account: account.close(ClosedFor.ASKED, self.now))

    @invariant()
    def it_is_open_unless_the_last_word_is_that_it_is_not(self) -> None:
        told = [topic for topic in self.topics() if topic.rpartition(".")[2] in {"suspended", "reinstated", "closed"}]
        is_open = not told or told[-1] == "account.reinstated"
        try:
            self.aggregate.check_open()
        except Refusal:
            assert not is_open
        else:
            assert is_open

    @invariant()
    def roles_are_those_granted_and_not_withdrawn(self) -> None:
        standing: dict[object, object] = {}
        for one in self.history:
            key = one.fields.get("role"), one.fields.get("scope_id")
            if one.event_class.TOPIC == "account.role_granted":
                standing[key] = one.fields["duty"]
            elif one.event_class.TOPIC == "account.role_withdrawn":
                del standing[key]
        assert standing == {key: grant.duty for key, grant in self.aggregate.grants.items()}
        assert not {Role.ADMIN, Role.DISPATCHER, Role.SYSTEM} & {grant.role for grant in self.aggregate.roles}


TestAccount = AccountMachine.TestCase
TestAccount.settings = settings(max_examples=examples(40), stateful_step_count=20, deadline=None)
