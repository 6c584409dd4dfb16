"""Advice on the draft network: the first piece in one line, all with their reasons behind it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from xraylib.app.shared.opened_dataset import known_classes, known_index
from xraylib.app.shell.frame import plain
from xraylib.app.shell.state import get_draft
from xraylib.datasets.scan import DatasetIndex
from xraylib.networks.advice import Advice, advice
from xraylib.networks.trace import Trace
from xraylib.workspace import Workspace

# What would spoil a training stands before what could be leaner.
_WEIGHTY: Final = (
    "class-mode",
    "output-units",
    "output-activation",
    "softmax-of-one",
    "no-rescaling",
    "scaled-before-backbone",
    "fresh-and-frozen",
    "one-pixel-map",
    "parameters-in-one-layer",
    "small-receptive-field",
    "no-activation",
    "slow-momentum",
)


def show_advice(result: Trace) -> None:
    """One line that opens; nothing where there is nothing to say."""
    draft, workspace = get_draft(), Workspace.open()
    index = known_index(workspace)
    found = advice(
        draft.spec,
        classes=len(known_classes(workspace)) or None,
        class_mode=draft.class_mode,
        images=None if index is None else training_images(index),
        result=result,
    )
    if not found:
        return
    ordered = by_weight(found)
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    with st.expander(f"{_sentence(ordered[0])}{more}", icon=":material/lightbulb:"):
        st.markdown(
            "\n\n".join(f"**{_sentence(item)}**  \n{plain(item.reason)}" for item in ordered)
        )


def by_weight(found: tuple[Advice, ...]) -> list[Advice]:
    """What matters most first; alike ones in the order of their layers."""
    order = {code: place for place, code in enumerate(_WEIGHTY)}
    return sorted(found, key=lambda item: (order.get(item.code, len(order)), item.index))


def _sentence(item: Advice) -> str:
    return f"Layer {item.index}: {plain(item.text.replace('`', ''))}."


def training_images(index: DatasetIndex) -> int:
    """Counted once an index, because it is asked for at every click."""
    if "training X-rays" not in index.memo:
        index.memo["training X-rays"] = sum(index.counts().get("train", {}).values())
    found: int = index.memo["training X-rays"]
    return found
