"""What a page is, and which there are.

A page is declared in the ``__init__`` of its own folder, which is light: the module that draws it
is loaded when it is opened. The sidebar, the cards of the home page, what a demo shows and what the
server loads beforehand follow from it. Its script in `pages/` is a few lines, because Streamlit
wants a file for each address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from xraylib.discovery import declared
from xraylib.settings import Mode


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page.

    Attributes:
        key: Name in code.
        order: Among the pages; the lowest comes first.
        file: Path of its script from the project's folder.
        module: Whose ``show`` draws it, and first of all calls `frame.open_page` with the key.
        title: Heading.
        icon: Material symbol.
        purpose: One sentence: what this step is for.
        action: Makes it one of the numbered steps: what its button on the home page says.
        modes: In which modes it opens.
    """

    key: str
    order: int
    file: str
    module: str
    title: str
    icon: str
    purpose: str
    action: str = ""
    modes: tuple[Mode, ...] = ("lab",)


@dataclass(frozen=True, kw_only=True)
class Aside:
    """What stands in the sidebar of the lab, below the steps.

    Attributes:
        key: Name in code.
        module: Whose ``show`` draws it and tells whether it is open, and whose ``offer`` draws a
            button for it on Home; both take the workspace.
        pages: Keys of the pages beside which it stands.
    """

    key: str
    module: str
    pages: tuple[str, ...]


class _Pages(Mapping[str, Page]):
    """Looks for the pages when it is first asked, because they import the frame themselves."""

    @cached_property
    def _found(self) -> dict[str, Page]:
        pages = declared("xraylib.app", Page, name="key")
        return {page.key: page for page in sorted(pages, key=lambda page: (page.order, page.key))}

    def __getitem__(self, key: str) -> Page:
        return self._found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


PAGES: Final[Mapping[str, Page]] = _Pages()
"""Every page by its key, in order."""


@cache
def asides() -> tuple[Aside, ...]:
    """All that stands beside pages."""
    return declared("xraylib.app", Aside, name="key")


def steps() -> list[Page]:
    """The pages that are a step of the way from X-rays to a model, in order."""
    return [page for page in PAGES.values() if page.action]


def others(mode: Mode) -> list[Page]:
    """The pages of a mode, in order, that the sidebar lists without a number."""
    numbered = steps() if mode == "lab" else []
    return [
        page
        for page in PAGES.values()
        if mode in page.modes and page not in numbered and page.key != "home"
    ]
