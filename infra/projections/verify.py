"""Does a read model say what its events say?"""

from __future__ import annotations

from infra.projections.differences import Differences
from infra.projections.rebuild import RebuildRefused, beside, rebuilding, served
from infra.projections.shadow import Progress, Shadow
from infra.settings import Settings
from projections.read_model import AnyReadModel


def verify(settings: Settings, model: AnyReadModel, progress: Progress = lambda _position: None) -> Differences:
    """Rebuild in the shadow to the served generation's very position, compare the digests, drop the shadow.

    Raises RebuildRefused or LogSkipDetected.
    """
    with rebuilding(settings, model) as connection:
        live = served(connection, model)
        if live.model_version != model.version:
            raise RebuildRefused(
                f"{model.name} is served at version {live.model_version} and this release has {model.version}:"
                " it is about to be rebuilt"
            )
        shadow = Shadow(settings, connection, model)
        try:
            writer = shadow.build(live.position, progress, indexed=False)
            return beside(settings, connection, model, writer, progress)
        finally:
            shadow.drop()
