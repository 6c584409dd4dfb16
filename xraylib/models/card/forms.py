"""A model card in the forms that others read: Markdown, Hugging Face's hub, CHAI's XML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xraylib.errors import ConfigError
from xraylib.models.card.chai import chai_card
from xraylib.models.card.hub import hub_head

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle

CARD_FORMS: Final = ("markdown", "huggingface", "chai")


def written_card(bundle: Bundle, form: str) -> str:
    """The card of a published model.

    Args:
        bundle: The model.
        form: One of ``CARD_FORMS``.

    Raises:
        ConfigError: code ``card``: there is no such form.
    """
    if form == "markdown":
        return bundle.card
    if form == "huggingface":
        return f"{hub_head(bundle)}\n{bundle.card}"
    if form == "chai":
        return chai_card(bundle)
    raise ConfigError(
        f"There is no card called {form!r}",
        expected="verify, " + ", ".join(CARD_FORMS),
        remedy="choose one of them",
        code="card",
    )
