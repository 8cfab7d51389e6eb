"""What are the processes of a local run told about the payment gateway, and the registrar of e-invoices?"""

from typing import Final

from infra.settings import Settings

# The process that stands in for the gateway; a command of the same name in interfaces/cli/main.py.
SANDBOX: Final = "razorpay-sandbox"
# The one that stands in for the registrar.
REGISTRAR: Final = "registrar-sandbox"


def gateway_environment(settings: Settings) -> dict[str, str]:
    """Environment variables: the same for the real gateway and for a stand-in, so that no process knows which it is."""
    if not settings.razorpay_key_id:
        return {}
    told = {
        "RAZORPAY_KEY_ID": settings.razorpay_key_id,
        "VEHICAID_RAZORPAY_BASE_URL": settings.razorpay_base_url,
        "VEHICAID_RAZORPAY_ACCOUNT_NUMBER": settings.razorpay_account_number,
        "VEHICAID_RAZORPAY_SANDBOX_PORT": str(settings.razorpay_sandbox_port),
    }
    for name in ("razorpay_key_secret", "razorpay_webhook_secrets"):
        secret = getattr(settings, name)
        if secret is not None:
            told[name.upper()] = secret.get_secret_value()
    return told


def registrar_environment(settings: Settings) -> dict[str, str]:
    """The same about the registrar; nothing where there is none."""
    if not settings.registrar_url:
        return {}
    told = {
        "VEHICAID_REGISTRAR_URL": settings.registrar_url,
        "VEHICAID_REGISTRAR_CLIENT_ID": settings.registrar_client_id,
        "VEHICAID_REGISTRAR_SIGNING_KEY": settings.registrar_signing_key,
        "VEHICAID_REGISTRAR_SANDBOX_PORT": str(settings.registrar_sandbox_port),
    }
    if settings.registrar_client_secret is not None:
        told["VEHICAID_REGISTRAR_CLIENT_SECRET"] = settings.registrar_client_secret.get_secret_value()
    return told
