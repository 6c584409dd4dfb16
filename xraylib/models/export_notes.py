"""What is told of a published model beside every export, and inside of what is taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xraylib.json_values import JsonObject
from xraylib.models.classify.table import NOTICE

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle

_TOLD: Final = ("name", "version", "run", "published", "classes", "class_mode", "preparation",
                "input_shape", "metrics", "data", "synthetic", "software")  # fmt: skip

NETWORK_ALONE: Final = (
    "The network in this file gives probabilities for any picture, a knee too. Whether a picture "
    "can be judged is asked by X-ray Lab, and by the exports folder and web, not by the network."
)


def model_facts(bundle: Bundle) -> JsonObject:
    """What ``model.json`` says; the temperature in it is applied in the network already."""
    return {
        "notice": NOTICE,
        "network_alone": NETWORK_ALONE,
        **{key: bundle.manifest[key] for key in _TOLD},
        "version": bundle.version,
        "temperature": bundle.temperature,
        **({"temperatures": dict(bundle.temperatures)} if bundle.several else {}),
        "temperature_applied": True,
        "operating": dict(bundle.manifest.get("operating", {})),
    }
