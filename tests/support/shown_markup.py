"""What a browser would read as Markdown on a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

# One of these marks as Markdown would read it: without a backslash before it.
_READ: Final = re.compile(
    r"(?<!\\):red\[|(?<!\\)\$x|(?<!\\)<b>|(?<!\\)\*c\*|(?<!\\)`d|(?<!\\)!\[e|\[k\]\(|(?<!\\)\[i|"
    r"(?<!\\):material/bug|(?<!\\)~h"
)
# Where Streamlit's protocol holds Markdown; options of select boxes and cells of grids are text.
_MARKDOWN: Final = frozenset(("body", "label", "help", "content", "delta", "text", "title"))
_TEXT: Final = {
    ("selectbox", "options"), ("code_input", "body"), ("text", "body"), ("code", "body"),
    ("code", "code_text"),
}  # fmt: skip


def read_as_markup(app: AppTest) -> list[tuple[str, str]]:
    """The texts in which a mark of `hostile_names` would be read, with where they stand."""
    found = list(_markdown(app))
    assert all("allow_html" not in where or "<b>" not in text for where, text in found)
    return [(where, text) for where, text in found if _READ.search(_outside(text))]


def _outside(text: str) -> str:
    """Text without its code blocks, in which nothing is read."""
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def _markdown(app: AppTest) -> Iterator[tuple[str, str]]:
    """Every text of the page that the browser reads as Markdown, with where it stands."""
    for node in app._tree:
        proto = getattr(node, "proto", None)
        if isinstance(proto, Message):
            yield from _strings(proto, type(proto).__name__)
        if type(node).__name__ == "Table":
            frame = node.value
            for text in (*frame.columns, *frame.index, *frame.to_numpy().ravel()):
                yield "Table", str(text)


def _strings(message: Message, where: str) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        name = field.name
        values = value if field.is_repeated else [value]
        for one in values:
            if isinstance(one, Message):
                yield from _strings(one, f"{where}.{name}")
            elif isinstance(one, str) and name in _MARKDOWN and where not in ("Text", "Code"):
                yield f"{where}.{name}", one
