"""Text inside of Markdown, read by a CommonMark parser: what comes out is what went in."""

from __future__ import annotations

import ast
import csv
import html
import io
import re

import pyarrow as pa
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pyarrow import csv as arrow_csv

from xraylib.markup import code, csv_text, one_line, plain, quoted, safe_cell

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
TEXT = st.text(st.sampled_from("ab 1.*_`[]()<>!#|~$:&;/\\-+=@\n\tä\u202e"), max_size=30)


def read(markdown: str) -> str:
    """The text that a reader sees; tags that were not escaped are left in it."""
    found = re.sub(r"</?(p|td|th|table|thead|tbody|tr)>", "", PARSER.render(markdown))
    return html.unescape(found).strip("\n").replace("\u2060", "")


@given(TEXT)
@example("1. a")
@example("- [x](y)")
@example("a_b_c _d_ __e__")
@example("<b>&amp;</b>")
@example("# a")
@example("===")
@example("    a")
def test_a_line_is_read_as_it_was_written(text: str) -> None:
    line = " ".join(text.split())
    assert read(one_line(text)) == line
    assert read(plain(line)) == line
    if line:
        assert read(f"Before {one_line(text)} after.") == f"Before {line} after."


@given(TEXT)
def test_a_cell_is_one_cell(text: str) -> None:
    line = " ".join(text.split())
    cells = re.findall(
        r"<td>(.*?)</td>", PARSER.render(f"| a | b |\n|---|---|\n| {one_line(text)} | c |")
    )
    assert [html.unescape(cell).replace("\u2060", "") for cell in cells] == [line, "c"]


@given(TEXT)
@example("`")
@example("a ``b`` `c")
def test_code_is_code(text: str) -> None:
    line = " ".join(text.split())
    if line:
        assert html.unescape(PARSER.render(code(text))) == f"<p><code>{line}</code></p>\n"


@pytest.mark.parametrize(
    "text",
    ["=1+1", " =1+1", "\n=1+1", "\r\n\t@SUM(1)", "\t=1", "\u00a0=1", "＝1+1", "＠a", "-1", "+a"],
)
def test_no_spreadsheet_runs_a_cell(text: str) -> None:
    assert safe_cell(text).startswith("'")
    assert "\n" not in safe_cell(text)


@pytest.mark.parametrize("text", ["", "a=1", "p001_1.png", "0.5", " a", "'=1"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


@pytest.mark.parametrize(
    "mark", [":red[a]", ":material/bug:", "$x$", "www.a.example", "a@b.example"]
)
def test_what_streamlit_reads_beside_is_escaped(mark: str) -> None:
    assert one_line(mark) == plain(mark) != mark


@given(st.lists(st.lists(st.text(st.sampled_from('ab,"\r\n\t ä')), min_size=2, max_size=2)))
@example([["Icon\r", "a\nb"], ["\r", 'a "b", c']])
def test_every_reader_finds_the_rows_that_were_written(rows: list[list[str]]) -> None:
    text = csv_text([["path", "label"], *rows])
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["path", "label"], *rows]
    told = arrow_csv.read_csv(
        pa.BufferReader(text.encode()),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types={"path": pa.string(), "label": pa.string()}
        ),
    )
    assert [list(row.values()) for row in told.to_pylist()] == rows


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("a\u2028b\u0085c\x0bd\x1e\x7f\x1b]0;x\x07")
@example('\u202e"""\'\r\n# {0}\\')
def test_python_and_yaml_read_a_text_on_one_line_as_it_is(text: str) -> None:
    line = quoted(text)
    assert line.isprintable()
    assert ast.literal_eval(line) == text
    assert yaml.safe_load(f"a: {quoted([text, {'b': text}])}\n") == {"a": [text, {"b": text}]}
