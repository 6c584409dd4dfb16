"""What an audit found, as one HTML file that needs nothing else, or as Markdown."""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence
from html import escape
from typing import Final

from xraylib.audit.check import Check
from xraylib.audit.checks import check_of
from xraylib.audit.report import SEVERITIES, AuditReport, Finding
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.query import rows_of
from xraylib.datasets.summary import label_words, labelled_counts
from xraylib.errors import XrayError
from xraylib.images.thumbnail import small_jpeg
from xraylib.markup import code, one_line
from xraylib.reports.html import NOTICE, page, section, table

_SIDE: Final = 200
_SHOWN: Final = 4
_NAMED: Final = 40
_MOST_PICTURES: Final = 120  # of all findings together: about 1 MB
_WORDS: Final = {
    "error": ("error", "errors", "Measured accuracy is wrong with these."),
    "warning": ("warning", "warnings", "Measured accuracy may be wrong with these."),
    "info": ("remark", "remarks", "Good to know."),
}


def audit_html(report: AuditReport, index: DatasetIndex) -> str:
    """The report with small pictures of the images of each finding.

    Args:
        report: Of this index.
        index: The images, whose files are read for the pictures; those that are gone are named.
    """
    title = f"Audit of {index.root.name}"
    parts = [
        f"<h1>{escape(title)}</h1><p class=quiet>{escape(_about(report))}</p>"
        f"<p class=notice>{NOTICE}</p>",
        section("What was read", f"<p>{escape(index.reading.sentence())}</p>" + _counted(index)),
        section("In short", f"<p>{escape(_verdict(report))}</p>"),
    ]
    left = _MOST_PICTURES
    for severity in SEVERITIES:
        own = [finding for finding in report.findings if finding.severity == severity]
        if not own:
            continue
        _, several, says = _WORDS[severity]
        inside = [f"<p class=quiet>{says}</p>"]
        for finding in own:
            shown = _pictured(finding)[:left]
            left -= len(shown)
            inside.append(_finding(check_of(finding), finding, shown, index))
        parts.append(section(f"{len(own)} {several if len(own) != 1 else _WORDS[severity][0]}",
                             "".join(inside)))  # fmt: skip
    return page(title, parts)


def audit_markdown(report: AuditReport, index: DatasetIndex) -> str:
    """The same in words, for a repository, a merge request or an appendix."""
    lines = [
        f"# Audit of {one_line(index.root.name)}",
        "",
        f"{one_line(_about(report))} {NOTICE}",
        "",
        one_line(index.reading.sentence()),
        "",
    ]
    counts = labelled_counts(index)
    names = list(next(iter(counts.values()), {}))
    heads = ["split", *(one_line(name or "(no class)") for name in names)]
    lines += ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    for split, numbers in counts.items():
        cells = [split, *(f"{number:,}" for number in numbers.values())]
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", one_line(_verdict(report)), ""]
    for severity in SEVERITIES:
        for finding in report.findings:
            if finding.severity != severity:
                continue
            word = _WORDS[severity][0].capitalize()
            lines += [
                f"## {word}: {check_of(finding).title} ({code(finding.code)})",
                "",
                one_line(finding.message),
                "",
                f"Do this: {one_line(finding.remedy)}.",
                "",
            ]
            lines += [f"- {code(path)}" for path in finding.paths[:_NAMED]]
            if len(finding.paths) > _NAMED:
                lines.append(f"- and {len(finding.paths) - _NAMED:,} more")
            lines += [""] * bool(finding.paths)
    return "\n".join(lines).rstrip() + "\n"


def _about(report: AuditReport) -> str:
    made = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    return (
        f"{report.images:,} readable images, fingerprint {report.fingerprint[:16]}. Written {made}."
    )


def _verdict(report: AuditReport) -> str:
    if not report.findings:
        return "Nothing was found: no copies, no leaks, no shortcuts, nothing odd."
    told = [
        f"{number} {_WORDS[severity][0 if number == 1 else 1]}"
        for severity, number in report.counts().items()
        if number
    ]
    return f"{' and '.join([', '.join(told[:-1]), told[-1]]) if len(told) > 1 else told[0]}."


def _counted(index: DatasetIndex) -> str:
    counts = labelled_counts(index)
    heads = ["", *(name or "(no class)" for name in next(iter(counts.values()), {}))]
    rows = [
        [split, *(f"{number:,}" for number in numbers.values())]
        for split, numbers in counts.items()
    ]
    return table(heads, rows)


def _finding(check: Check, finding: Finding, shown: Sequence[str], index: DatasetIndex) -> str:
    names = "".join(f"<li>{escape(path)}</li>" for path in finding.paths[:_NAMED])
    more = len(finding.paths) - _NAMED
    listed = f"<ul>{names}{f'<li>and {more:,} more</li>' if more > 0 else ''}</ul>" if names else ""
    kind = ' class="warn"' if finding.severity == "error" else ""
    return (
        f"<h3>{escape(check.title)} <small class=quiet>{escape(finding.code)}</small></h3>"
        f"<p{kind}>{escape(finding.message)}</p><p><b>Do this:</b> {escape(finding.remedy)}.</p>"
        f"{_pictures(shown, index)}{listed}"
    )


def _pictured(finding: Finding) -> list[str]:
    """The images to look at: of pairs both, else the first."""
    paths = [path for pair in finding.pairs[: _SHOWN // 2] for path in pair]
    return list(dict.fromkeys(paths or finding.paths))[:_SHOWN]


def _pictures(paths: Sequence[str], index: DatasetIndex) -> str:
    figures = []
    for row in rows_of(index, paths).tolist():
        image = index.image(row)
        shown = label_words(index, row, most=9) or "(no class)"
        told = f"{escape(image.path)}<br>{escape(shown)}, {image.split}"
        try:
            data = base64.b64encode(small_jpeg(index.read(row).as_uint8(), _SIDE)).decode("ascii")
            inside = f'<img alt="{escape(image.path)}" src="data:image/jpeg;base64,{data}">'
        except XrayError as error:
            inside = f"<p class=quiet>No picture: {escape(error.what)}</p>"
        figures.append(f"<figure>{inside}<figcaption>{told}</figcaption></figure>")
    return f'<div class="row pictures">{"".join(figures)}</div>' if figures else ""
