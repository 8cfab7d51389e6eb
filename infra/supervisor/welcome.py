"""With which commands does a person at this terminal get to see the demo city?"""

import sys
from pathlib import Path

ROLES = ("admin", "dispatcher", "auditor", "customer")
"""Whose tokens need no id: a provider's speaks for a company, which first has to register."""


def own_command() -> str:
    """How `vehicaid` is called here: the one beside our Python, as short as it can be written."""
    command = Path(sys.executable).with_name("vehicaid")
    if not command.exists():
        return "vehicaid"
    return str(command.relative_to(Path.cwd()) if command.is_relative_to(Path.cwd()) else command)


def token_command(role: str, tenant: str, subject: str = "") -> str:
    """The command that prints a token of that role."""
    return f"{own_command()} token {role} --tenant {tenant}" + (f" --subject {subject}" if subject else "")


def sandbox_address(url: str) -> tuple[str, ...]:
    """A line for the welcome: where a stand-in plays the payment gateway, when one does."""
    return (
        (f"  payments           {url}   (a sandbox: no money moves; RAZORPAY_KEY_ID=... uses the real one)",)
        if url
        else ()
    )


def demo_logins(tenant: str) -> tuple[str, ...]:
    """Lines for the welcome: how to watch, and how to be somebody there."""
    return (
        f"  the demo city      {own_command()} watch   (tenant {tenant}; DEMO=0 make run leaves it out)",
        *(f"  as its {role:<12}{token_command(role, tenant)}" for role in ROLES),
    )
