"""What do proofs of who somebody is look like on the wire?"""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from domain.actor import Role
from infra.identity.claims import TENANT_PATTERN
from interfaces.http.shapes.sessions import PairMade
from interfaces.http.shapes.values import EXAMPLE, PRINTABLE, Body, Instant, Phone, Shown

Tenant = Annotated[str, Field(pattern=TENANT_PATTERN, description="Whose service this is.", examples=["demo"])]
Email = Annotated[
    str,
    StringConstraints(
        max_length=254, pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}$"
    ),
    AfterValidator(str.lower),
    Field(description="Kept in lower case.", examples=["asha@example.org"]),
]
Password = Annotated[
    str,
    StringConstraints(min_length=1, max_length=128),
    Field(description="8 to 128 characters, 12 for those who work for us.", examples=["a tow rope and a map"]),
]
Code = Annotated[str, Field(pattern=r"^[0-9]{6}$", examples=["493027"])]
SecondCode = Annotated[
    str,
    Field(
        max_length=16,
        pattern=r"^([0-9]{6}|[A-Za-z2-9]{5}-?[A-Za-z2-9]{5})$",
        description="What the authenticator shows, or a recovery code.",
        examples=["493027"],
    ),
]
Link = Annotated[str, Field(max_length=128, pattern=r"^vml_[A-Za-z0-9_-]+$", examples=["vml_AaLDxNXmcACAAAAAAAAAAQ"])]
ChallengeId = Annotated[
    str,
    Field(
        pattern="^chl_[0-9a-f]{32}$",
        description="Id of what was asked; keep it, the code is worth nothing without it.",
        examples=[f"chl_{EXAMPLE}"],
    ),
]


class OnDevice(Body):
    """On what somebody signs in, and as whom they want to act."""

    device: Annotated[
        str,
        Field(
            max_length=128,
            pattern=PRINTABLE,
            description="A secret of the device's own, to be told again at each refresh.",
            examples=["6f1c9a52-3f0e-4f6b-9d51-1f6f8f2f7a10"],
        ),
    ] = ""
    label: Annotated[
        str,
        Field(
            max_length=64,
            pattern=PRINTABLE,
            description="What you will know it by; nothing personal.",
            examples=["Firefox on Android"],
        ),
    ] = ""
    role: Annotated[
        Role | None, Field(description="As what; the first of your roles when left out.", examples=["customer"])
    ] = None
    provider_id: Annotated[
        str | None,
        Field(pattern="^prv_[0-9a-f]{32}$", description="For which company.", examples=[f"prv_{EXAMPLE}"]),
    ] = None


class PhoneBody(Body):
    """Which telephone a code is sent to."""

    tenant: Tenant = "demo"
    phone: Phone


class EmailBody(Body):
    """Which mailbox a link is sent to."""

    tenant: Tenant = "demo"
    email: Email


class SignUpBody(EmailBody):
    """A mailbox, and the password that will go with it."""

    password: Password


class CodeBody(OnDevice):
    """The code that came."""

    challenge_id: ChallengeId
    code: Code


class MagicLinkBody(OnDevice):
    """The link that came: what follows `link=`."""

    link: Link


class PasswordBody(OnDevice):
    """A mailbox and its password."""

    tenant: Tenant = "demo"
    email: Email
    password: Password


class SecondFactorBody(Body):
    """What the authenticator shows."""

    challenge_id: ChallengeId
    code: SecondCode
    device: Annotated[str, Field(max_length=128, pattern=PRINTABLE, examples=["6f1c9a52"])] = ""
    label: Annotated[str, Field(max_length=64, pattern=PRINTABLE, examples=["Firefox on Linux"])] = ""


class SetUpBody(Body):
    """The set-up link that an admin handed over, and the password that was chosen."""

    link: Link
    password: Password


class ChallengeMade(Shown):
    """Something was asked; the same answer, whether anybody is known by that handle or not."""

    challenge_id: ChallengeId
    expires_at: Instant
    resend_after_s: Annotated[int, Field(description="Seconds until another may be asked for.", examples=[30])]


class PasswordTaken(Shown):
    """The password was right: either a session, or what is asked for next."""

    session: Annotated[PairMade | None, Field(description="Null where a second factor is asked for.")]
    second_factor: Annotated[ChallengeMade | None, Field(description="For those who work for us.")]


class Enrolled(Shown):
    """Shown once: put the secret into an authenticator, and keep the recovery codes on paper."""

    account_id: Annotated[str, Field(examples=[f"usr_{EXAMPLE}"])]
    totp_secret: Annotated[str, Field(description="Base32.", examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"])]
    totp_uri: Annotated[str, Field(examples=["otpauth://totp/VehicAid:demo?secret=JBSWY3DPEHPK3PXP&issuer=VehicAid"])]
    recovery_codes: Annotated[list[str], Field(examples=[["ab2cd-ef3gh"]])]
