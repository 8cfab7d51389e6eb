"""Who may sign in, in which roles, and who may not?"""

import pytest

from domain.account import MOST_GRANTS, Account
from domain.account_terms import (
    AccountKind,
    AccountOver,
    AccountSuspended,
    BadGrant,
    ClosedFor,
    Grant,
    HandleKind,
    SuspendedFor,
)
from domain.actor import Duty, Role
from tests.domain.account_facts import (
    CLOSED,
    DRIVES,
    DRIVES_NO_MORE,
    IS_ADMIN,
    IS_CUSTOMER,
    OF_STAFF,
    RECORD,
    REGISTERED,
    REINSTATED,
    SUSPENDED,
    VERIFIED,
)
from tests.support.roadside import LATER, NOON, PROVIDER, SOON, some_id
from tests.support.rulebook import STREAM, fact_of, given

CUSTOMER = (REGISTERED, IS_CUSTOMER)
DRIVER = Grant(Role.PROVIDER, PROVIDER, Duty.DRIVER)


def test_a_customer_has_that_role_at_once_and_staff_has_none() -> None:
    customer = Account.register(STREAM, AccountKind.CUSTOMER, NOON)
    assert [fact_of(told) for told in customer.collect_events()] == [REGISTERED, IS_CUSTOMER]
    assert Account.register(STREAM, AccountKind.STAFF, NOON).roles == ()


def test_a_handle_is_verified_once() -> None:
    verify = lambda account: account.verify_handle(HandleKind.PHONE, RECORD, NOON)  # noqa: E731
    given(Account, *CUSTOMER).when(verify).then(VERIFIED)
    given(Account, *CUSTOMER, VERIFIED).when(verify).then_nothing()


def test_a_customer_may_drive_for_a_company_until_it_is_withdrawn() -> None:
    given(Account, *CUSTOMER).when(lambda account: account.grant(DRIVER, SOON)).then(DRIVES)
    given(Account, *CUSTOMER, DRIVES).when(lambda account: account.grant(DRIVER, SOON)).then_nothing()
    working = given(Account, *CUSTOMER, DRIVES)
    working.when(lambda account: account.withdraw(Role.PROVIDER, PROVIDER, LATER)).then(DRIVES_NO_MORE)
    idle = given(Account, *CUSTOMER, DRIVES, DRIVES_NO_MORE)
    idle.when(lambda account: account.withdraw(Role.PROVIDER, PROVIDER, LATER)).then_nothing()
    assert working.now().may_act_as(Role.PROVIDER, PROVIDER) == DRIVER
    assert idle.now().may_act_as(Role.PROVIDER) is None


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (AccountKind.CUSTOMER, Grant(Role.ADMIN)),
        (AccountKind.STAFF, Grant(Role.CUSTOMER)),
        (AccountKind.STAFF, DRIVER),
        (AccountKind.STAFF, Grant(Role.SYSTEM)),
        (AccountKind.STAFF, Grant(Role.ADMIN, PROVIDER)),
        (AccountKind.CREW, Grant(Role.PROVIDER, PROVIDER)),
        (AccountKind.CREW, Grant(Role.PROVIDER, None, Duty.OWNER)),
        (AccountKind.CREW, Grant(Role.CUSTOMER, PROVIDER)),
    ],
)
def test_no_account_has_a_role_of_another_kind(kind: AccountKind, wrong: Grant) -> None:
    with pytest.raises(BadGrant):
        Account.register(STREAM, kind, NOON).grant(wrong, NOON)


def test_there_is_an_end_to_roles() -> None:
    account = Account.register(STREAM, AccountKind.CREW, NOON)
    for number in range(MOST_GRANTS):
        account.grant(Grant(Role.PROVIDER, some_id(number), Duty.DRIVER), NOON)
    with pytest.raises(BadGrant):
        account.grant(Grant(Role.PROVIDER, some_id(MOST_GRANTS), Duty.DRIVER), NOON)


def test_who_is_suspended_does_not_sign_in_until_reinstated() -> None:
    suspend = lambda account: account.suspend(SuspendedFor.ABUSE, LATER)  # noqa: E731
    given(Account, OF_STAFF, IS_ADMIN).when(suspend).then(SUSPENDED)
    held = given(Account, OF_STAFF, IS_ADMIN, SUSPENDED)
    held.when(suspend).then_nothing()
    held.when(lambda account: account.check_open()).then_refused(AccountSuspended)
    held.when(lambda account: account.reinstate(LATER)).then(REINSTATED)
    given(Account, OF_STAFF, SUSPENDED, REINSTATED).when(lambda account: account.check_open()).then_nothing()
    given(Account, OF_STAFF).when(lambda account: account.reinstate(LATER)).then_nothing()


def test_what_is_closed_is_closed_for_good() -> None:
    close = lambda account: account.close(ClosedFor.ASKED, LATER)  # noqa: E731
    given(Account, *CUSTOMER).when(close).then(CLOSED)
    over = given(Account, *CUSTOMER, CLOSED)
    over.when(close).then_nothing()
    for act in (
        lambda account: account.check_open(),
        lambda account: account.reinstate(LATER),
        lambda account: account.suspend(SuspendedFor.ASKED, LATER),
        lambda account: account.grant(DRIVER, LATER),
        lambda account: account.withdraw(Role.CUSTOMER, None, LATER),
        lambda account: account.verify_handle(HandleKind.PHONE, RECORD, LATER),
    ):
        over.when(act).then_refused(AccountOver)
