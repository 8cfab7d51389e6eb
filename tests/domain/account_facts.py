"""Which facts about accounts do tests begin from?"""

from domain.account import Account
from domain.account_terms import AccountKind, ClosedFor, HandleKind, SuspendedFor
from domain.actor import Duty, Role
from tests.support.roadside import LATER, NOON, PROVIDER, SOON, some_id
from tests.support.rulebook import Fact, fact

RECORD = some_id(951)

REGISTERED = fact(Account.Registered, NOON, kind=AccountKind.CUSTOMER)
OF_STAFF = fact(Account.Registered, NOON, kind=AccountKind.STAFF)
IS_CUSTOMER = fact(Account.RoleGranted, NOON, role=Role.CUSTOMER, scope_id=None, duty=None)
IS_ADMIN = fact(Account.RoleGranted, NOON, role=Role.ADMIN, scope_id=None, duty=None)
DRIVES = fact(Account.RoleGranted, SOON, role=Role.PROVIDER, scope_id=PROVIDER, duty=Duty.DRIVER)
VERIFIED = fact(Account.HandleVerified, NOON, kind=HandleKind.PHONE, record_id=RECORD)
DRIVES_NO_MORE = fact(Account.RoleWithdrawn, LATER, role=Role.PROVIDER, scope_id=PROVIDER)
SUSPENDED = fact(Account.Suspended, LATER, reason=SuspendedFor.ABUSE)
REINSTATED = fact(Account.Reinstated, LATER)
CLOSED = fact(Account.Closed, LATER, reason=ClosedFor.ASKED)

GOLDEN: tuple[Fact, ...] = (
    REGISTERED,
    VERIFIED,
    DRIVES,
    DRIVES_NO_MORE,
    SUSPENDED,
    REINSTATED,
    CLOSED,
)
