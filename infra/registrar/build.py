"""How do settings become a registrar, if any is configured?"""

from infra.registrar.portal import Entrance, PortalRegistrar
from infra.registrar_settings import RegistrarSettings


def open_registrar(settings: RegistrarSettings) -> PortalRegistrar | None:
    """The registrar that the settings point to; None where there is none, and bills stay unregistered."""
    if not settings.registrar_url:
        return None
    secret = settings.registrar_client_secret
    return PortalRegistrar(
        Entrance(
            settings.registrar_url,
            settings.registrar_client_id,
            "" if secret is None else secret.get_secret_value(),
            (settings.registrar_connect_s, settings.registrar_answer_s),
            settings.registrar_signing_key,
        )
    )
