"""Which published model is meant where none was named: never one of several in silence."""

from __future__ import annotations

from xraylib.errors import BundleError
from xraylib.models.bundle import Bundle
from xraylib.models.catalog import list_models
from xraylib.models.model_record import ModelRecord
from xraylib.settings import SHIPPED_MODELS
from xraylib.workspace import WorkspaceLike


def models_in_use(*, workspace: WorkspaceLike | None = None) -> dict[str, ModelRecord]:
    """The version in use of each published model, by name: one's own, the newest first, then those
    that came with the project; damaged ones last.
    """
    records = [record for record in list_models(workspace=workspace) if record.in_use]
    records.sort(key=lambda record: str(record.published or ""), reverse=True)
    records.sort(key=lambda record: (record.problem is not None, record.read_only))
    return {record.name: record for record in records}


def came_along(bundle: Bundle) -> bool:
    """Whether a model came with the project."""
    return SHIPPED_MODELS in bundle.folder.parents


def meant_models(*, workspace: WorkspaceLike | None = None) -> tuple[str, ...]:
    """The models that may be meant where none was named: one's own, or else those that came with
    the project.
    """
    records = models_in_use(workspace=workspace)
    own = tuple(name for name, record in records.items() if not record.read_only)
    return own or tuple(records)


def only_model(*, workspace: WorkspaceLike | None = None) -> str:
    """The model that is meant where none was named.

    Raises:
        BundleError: code ``which-model``: there are several of one's own; ``unknown-model``: none.
    """
    names = meant_models(workspace=workspace)
    if len(names) == 1:
        return names[0]
    raise BundleError(
        f"There are {len(names)} published models, and none was named"
        if names
        else "There is no published model",
        expected="the name of one of " + ", ".join(sorted(names)) if names else "a published model",
        remedy="name it: --model NAME for the command, ?model=NAME for the HTTP API"
        if names
        else "publish a run first",
        code="which-model" if names else "unknown-model",
    )
