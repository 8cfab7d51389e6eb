"""How does the checkout of the stand-in look to a person?"""

from html import escape
from typing import Final

from interfaces.razorpay_sandbox.entities import Entity

STYLE: Final = (
    "body{font:16px system-ui,sans-serif;margin:0;background:#f3f4f6;color:#111827}"
    "main{max-width:26rem;margin:3rem auto;background:#fff;padding:1.5rem;border-radius:.75rem;"
    "box-shadow:0 1px 4px #0003}h1{font-size:1.1rem;margin:0 0 .25rem}.sum{font-size:2rem;margin:.5rem 0 1rem}"
    "fieldset{border:1px solid #d1d5db;border-radius:.5rem;margin:0 0 1rem;padding:.75rem}label{display:block;"
    "padding:.3rem 0}button{width:100%;font:inherit;padding:.75rem;border:0;border-radius:.5rem;background:#1d4ed8;"
    "color:#fff}button:focus-visible,input:focus-visible{outline:3px solid #93c5fd}dl{font-size:.85rem;"
    "overflow-wrap:anywhere}dt{color:#4b5563}dd{margin:0 0 .5rem}.note{color:#4b5563;font-size:.85rem}"
)
Choice = tuple[str, str, tuple[tuple[str, str], ...]]
"""The name of a field, what it is about, and what can be chosen."""
METHODS: Final = (("upi", "UPI"), ("card", "Card"), ("netbanking", "Net banking"))
OUTCOMES: Final = (
    ("success", "The bank says yes"),
    ("failure", "The bank says no"),
    ("late", "It fails, and the bank says yes half a minute later"),
    ("pending", "The bank stays silent"),
)
# Somebody new each time, unless it is said who: two accounts that pay by the same look like one person.
PAYER: Final = (
    "<fieldset><legend>By what (left empty: by something new)</legend>"
    '<label>UPI id <input name="vpa" maxlength="129" placeholder="asha@sandbox" autocomplete="off"></label>'
    '<label>Last four digits of the card <input name="last4" maxlength="4" inputmode="numeric" placeholder="1111"'
    ' autocomplete="off"></label></fieldset>'
)


def checkout(amount_minor: int, subject: str, callback_url: str) -> str:
    """The page on which somebody chooses how to pay, and how it ends."""
    return _page(
        f'<h1>Pay VehicAid</h1><p class="note">Sandbox: no money moves. {escape(subject)}</p>'
        f'<p class="sum">{_rupees(amount_minor)}</p><form method="post">'
        f"{_choice('method', 'How', METHODS)}{PAYER}{_choice('outcome', 'What happens', OUTCOMES)}"
        f'<input type="hidden" name="callback_url" value="{escape(callback_url, quote=True)}">'
        "<button>Pay</button></form>"
    )


def form(heading: str, amount_minor: int, subject: str, chosen: tuple[Choice, ...], button: str) -> str:
    """Any other page on which somebody chooses something."""
    choices = "".join(_choice(name, legend, options) for name, legend, options in chosen)
    return _page(
        f'<h1>{escape(heading)}</h1><p class="note">Sandbox: no money moves. {escape(subject)}</p>'
        f'<p class="sum">{_rupees(amount_minor)}</p>'
        f'<form method="post">{choices}<button>{escape(button)}</button></form>'
    )


def front(things: list[tuple[str, str]]) -> str:
    """What there is to pay."""
    rows = "".join(f'<dd><a href="{escape(path)}">{escape(text)}</a></dd>' for path, text in things)
    return _page(
        '<h1>Payment sandbox</h1><p class="note">This plays the payment gateway: no money moves. '
        "What can be paid stands below; what was paid can be asked back, as a bank does.</p>"
        f"<dl>{rows or '<dd>Nothing yet.</dd>'}</dl>"
    )


def agreement(amount_minor: int, subject: str) -> str:
    """The page on which somebody allows a subscription."""
    return _page(
        f'<h1>Allow a regular payment</h1><p class="note">Sandbox: no money moves. {escape(subject)}</p>'
        f'<p class="sum">{_rupees(amount_minor)}</p><form method="post"><button>Allow</button></form>'
    )


def paid(fields: Entity, callback_url: str, method: str) -> str:
    """It worked: what the merchant is handed, and the way back to it."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(str(value), quote=True)}">'
        for name, value in fields.items()
    )
    shown = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in fields.items())
    back = ""
    if is_address(callback_url):
        target = escape(callback_url, quote=True)
        back = f'<form method="{method}" action="{target}">{hidden}<button>Back to VehicAid</button></form>'
    return _page(f"<h1>Paid</h1><dl>{shown}</dl>{back}")


def told(heading: str, text: str) -> str:
    """Anything else, in a sentence."""
    return _page(f'<h1>{escape(heading)}</h1><p>{escape(text)}</p><p class="note"><a href="">Try again</a></p>')


def is_address(url: str) -> bool:
    """Whether a browser may be sent there."""
    return url.startswith(("http://", "https://"))


def _choice(name: str, legend: str, options: tuple[tuple[str, str], ...]) -> str:
    rows = "".join(
        f'<label><input type="radio" name="{name}" value="{value}"{" checked" if number == 0 else ""}> {text}</label>'
        for number, (value, text) in enumerate(options)
    )
    return f"<fieldset><legend>{legend}</legend>{rows}</fieldset>"


def _rupees(amount_minor: int) -> str:
    return f"₹{amount_minor // 100:,}.{amount_minor % 100:02d}"


def _page(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Checkout sandbox</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main>{body}</main></body></html>"
    )
