"""Workbooks as a spreadsheet program writes them, of a few cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from html import escape

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType='
    '"application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(
    *sheets: Sequence[Sequence[object]],
    more: dict[str, bytes] | None = None,
    merged: Sequence[str] = (),
) -> bytes:
    """An ``.xlsx`` of these sheets; a text that begins with ``<f>`` is put into its cell as it is.

    Args:
        sheets: Rows of text and numbers; None is an empty cell.
        more: Further entries of the archive.
        merged: Cells of each sheet that are one: ``"B2:B4"``.
    """
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _relations("officeDocument", ["xl/workbook.xml"]))
        names = [f"worksheets/sheet{number}.xml" for number in range(1, len(sheets) + 1)]
        archive.writestr("xl/_rels/workbook.xml.rels", _relations("worksheet", names))
        listed = "".join(
            f'<sheet name="S{number}" sheetId="{number}" r:id="r{number}"/>'
            for number in range(1, len(sheets) + 1)
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{listed}</sheets></workbook>',
        )
        for name, rows in zip(names, sheets, strict=True):
            archive.writestr(f"xl/{name}", _sheet(rows, merged))
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return data.getvalue()


def _relations(kind: str, targets: Sequence[str]) -> str:
    each = "".join(
        f'<Relationship Id="r{number}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>'
        for number, target in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{each}</Relationships>'


def _sheet(rows: Sequence[Sequence[object]], merged: Sequence[str]) -> str:
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(
            _cell(f"{chr(65 + place)}{number}", value) for place, value in enumerate(row)
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    one = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged)
    more = f"<mergeCells>{one}</mergeCells>" if merged else ""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData>{more}</worksheet>'


def _cell(place: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith("<f>"):
        return f'<c r="{place}">{value}</c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'
