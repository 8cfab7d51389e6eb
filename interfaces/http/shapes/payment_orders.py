"""What do orders at the payment gateway look like on the wire?"""

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.payment_order_terms import OrderPurpose, OrderState
from domain.refund_terms import RefundState, WhyRefunded
from interfaces.http.shapes.money import AmountAsked, CurrencyAsked
from interfaces.http.shapes.prices import Currency, Minor
from interfaces.http.shapes.values import EXAMPLE, Body, Instant, Position, Shown, UserId, Version

OrderId = Annotated[
    str, Field(pattern="^pod_[0-9a-f]{32}$", description="Id of an order.", examples=[f"pod_{EXAMPLE}"])
]
GatewayId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_]{1,40}$"),
    Field(description="The gateway's own id.", examples=["pay_IH4NVgf4Dreq1l"]),
]
SubjectId = Annotated[
    str,
    StringConstraints(pattern="^(pay|req|sub)_[0-9a-f]{32}$"),
    Field(description="The payment that is owed, the request, or the membership.", examples=[f"pay_{EXAMPLE}"]),
]


class OrderBody(Body):
    """What a customer wants to pay: into the wallet, a debt, or for a job."""

    customer_id: UserId
    purpose: Annotated[OrderPurpose, Field(examples=["debt"])]
    subject_id: SubjectId | None = None
    amount_minor: AmountAsked
    currency: CurrencyAsked


class CheckoutBody(Body):
    """What the checkout handed over, as it named it."""

    razorpay_payment_id: GatewayId
    razorpay_signature: Annotated[
        str,
        StringConstraints(pattern="^[0-9a-f]{64}$"),
        Field(examples=["0d4e745a1838664ad6c9c9902212a32d627d68e917290b0ad5f08ff4561bc50f"]),
    ]


class OrderDone(Shown):
    """Where an order stands after a command."""

    id: OrderId
    version: Version
    position: Position
    state: OrderState
    purpose: OrderPurpose
    customer_id: UserId
    amount_minor: Minor
    currency: Currency
    gateway_order: str | None


class OrderShown(Shown):
    """One order. With ``gateway_order`` and ``gateway_key`` a checkout can be opened."""

    id: OrderId
    version: Version
    state: OrderState
    purpose: OrderPurpose
    customer_id: UserId
    subject_id: SubjectId | None
    amount_minor: Minor
    currency: Currency
    gateway_key: Annotated[str, Field(examples=["rzp_test_sandbox"])]
    gateway_order: Annotated[str | None, Field(examples=["order_IEIaMR65cu6nz3"])]
    gateway_payment: Annotated[str | None, Field(examples=["pay_IH4NVgf4Dreq1l"])]
    created_at: Instant
    updated_at: Instant


class RefundBody(Body):
    """How much goes back."""

    amount_minor: AmountAsked


class RefundDone(Shown):
    """Where a refund stands after a command."""

    id: Annotated[str, Field(pattern="^rfd_[0-9a-f]{32}$", examples=[f"rfd_{EXAMPLE}"])]
    version: Version
    position: Position
    state: RefundState
    why: WhyRefunded
    amount_minor: Minor
    currency: Currency


class OrderPage(Shown):
    """A page of orders."""

    data: list[OrderShown]
    next_cursor: str | None
