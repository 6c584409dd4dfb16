"""Makes the part of Streamlit's icon font that our pages need: `xraylib/app/server/icons`.

    pip install fonttools brotli
    python scripts/icons.py

Renew it when a page names a new icon or Streamlit's lock is renewed; a test says so. It holds the
icons that our code names, those that Streamlit's own scripts name, and the letters of which their
ligatures are made. The server uses it with the Streamlit and the font that it was made from alone.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final

PROJECT = Path(__file__).resolve().parent.parent
STREAMLIT: Final = Path(str(metadata.distribution("streamlit").locate_file("streamlit")))
STATIC: Final = STREAMLIT / "static" / "static"
PLACE: Final = PROJECT / "xraylib" / "app" / "server" / "icons"
_NAMED: Final = re.compile(r":material/(\w+):")
_QUOTED: Final = re.compile(r"""[`"'](\w+)[`"']""")
EVERY_ICON: Final = frozenset(
    _QUOTED.findall((STREAMLIT / "material_icon_names.py").read_text(encoding="utf-8"))
)


def ours() -> set[str]:
    """The icons that our code names; where a name is put together, every text that is one."""
    files = [PROJECT / "streamlit_app.py", *(PROJECT / "pages").glob("*.py")]
    files += (PROJECT / "xraylib").rglob("*.py")
    found: set[str] = set()
    for file in files:
        source = file.read_text(encoding="utf-8")
        found |= set(_NAMED.findall(source))
        if ":material/{" in source:
            found |= set(_texts(source)) & EVERY_ICON
    return found


def streamlits() -> set[str]:
    """The icons that Streamlit's scripts name; where one draws icons, every text that is one."""
    found: set[str] = set()
    for file in (STATIC / "js").glob("*.js"):
        source = file.read_text(encoding="utf-8")
        found |= set(_NAMED.findall(source))
        if ".iconFont" in source:
            found |= set(_QUOTED.findall(source)) & EVERY_ICON
    return found & EVERY_ICON


def font_file() -> Path:
    """Streamlit's own icon font."""
    (file,) = (STATIC / "media").glob("MaterialSymbols-Rounded.*.woff2")
    return file


def _texts(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def subset(font: bytes, names: set[str]) -> tuple[bytes, set[str]]:
    """The font with these icons alone, and the names that are no icons in it."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    whole: Any = TTFont(io.BytesIO(font), recalcTimestamp=False)
    characters = whole.getBestCmap()
    ligatures: dict[str, str] = {}
    for lookup in whole["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            for first, rest in getattr(table, "ExtSubTable", table).ligatures.items():
                for one in rest:
                    ligatures[" ".join([first, *one.Component])] = one.LigGlyph
    letters = sorted({letter for name in names for letter in name})
    spelled = {name: " ".join(characters[ord(letter)] for letter in name) for name in names}
    lost = {name for name in names if spelled[name] not in ligatures}
    options = Options()
    options.flavor = "woff2"
    options.layout_features = ["*"]
    options.layout_closure = False  # letters alone would bring every icon
    options.notdef_outline = True
    options.name_IDs = ["*"]  # the copyright stands there
    options.drop_tables += ["STAT"]
    cutter = Subsetter(options)
    cutter.populate(
        glyphs=[ligatures[spelled[name]] for name in names - lost], text="".join(letters)
    )
    cutter.subset(whole)
    whole.flavor = "woff2"
    made = io.BytesIO()
    whole.save(made)
    return made.getvalue(), lost


def main() -> None:
    """Writes the font and what it was made from."""
    font = font_file().read_bytes()
    names = ours() | streamlits()
    small, lost = subset(font, names)
    (PLACE / "icons.woff2").write_bytes(small)
    told = {
        "streamlit": metadata.version("streamlit"),
        "font_sha256": hashlib.sha256(font).hexdigest(),
        "icons": sorted(names - lost),
    }
    (PLACE / "icons.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(f"{len(names - lost)} icons, {len(small):,} of {len(font):,} bytes; not in it: {lost}")


if __name__ == "__main__":
    main()
