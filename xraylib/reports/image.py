"""One image's result as a page of HTML that needs nothing else and prints on one sheet.

Everything is in the file: pictures as data, no script, no font, nothing fetched. Text that came
with the image or the model passes as text, never as markup, and the page's own policy forbids
whatever is not a picture or a style.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final

from xraylib.models.bundle import Bundle
from xraylib.models.classify.classified_image import ClassifiedImage
from xraylib.models.classify.prediction import Flag
from xraylib.models.classify.table import NOTICE
from xraylib.models.classify.warnings import ImageWarning
from xraylib.models.track_record import TrackRecord
from xraylib.models.wording import (
    SYNTHETIC,
    headline,
    how_good,
    leading,
    share,
    threshold_words,
    undecided_words,
)

_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_METHODS: Final = {
    "cam": "Class activation map: where the last convolution found what speaks for this class.",
    "occlusion": "Occlusion: where a dark square over the X-ray lowers the probability most.",
}


@dataclass(frozen=True, kw_only=True)
class ImageDocument:
    """What the page tells.

    Attributes:
        result: What the model said of an image that was read, or that it cannot judge it: then
            the page holds no class, no probability and no map.
        operating: ``Prediction.operating``, or None.
        facts: ``"DICOM, 12 bit, 256 × 256 pixels"``.
        sha256: Of the file's bytes.
        image: The image as JPEG.
        overlay: The image with the heat map over it as JPEG, or None.
        method: ``"cam"`` or ``"occlusion"``, of the heat map.
        judged: When.
        card_address: Where the model card can be read, or None.
        prevalence: How frequent the class is where the reader is, between 0 and 1; None for an
            example.
        tried: The newest acceptance test of the model in a line, with its verdict; empty if none.
    """

    result: ClassifiedImage
    operating: Mapping[str, Flag] | None
    facts: str
    sha256: str
    image: bytes
    overlay: bytes | None
    method: str
    judged: datetime
    card_address: str | None = None
    prevalence: float | None = None
    tried: str = ""

    def to_html(self, bundle: Bundle) -> str:
        """The page, for an image that ``bundle`` was asked about."""
        title = f"{self.result.file} · X-ray Lab"
        return "\n".join(
            [
                '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
                f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                '<meta name="referrer" content="no-referrer">',
                f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
                f'<p class="notice"><strong>{escape(NOTICE)}</strong> {_synthetic(bundle)}</p>',
                f'<p class="uncertain">{escape(self.tried)}</p>' if self.tried else "",
                f"<h1>{escape(headline(self.result, self.operating))}</h1>",
                *(self._answer(bundle) if self.result.status == "ok" else self._no_answer()),
                self._facts(bundle),
                "</main>\n</body>\n</html>\n",
            ]
        )

    def _answer(self, bundle: Bundle) -> list[str]:
        why = undecided_words(self.result, self.operating)
        records = [
            record
            for name in leading(self.result)
            if (record := TrackRecord.of_model(name, bundle))
        ]
        worth = [
            record.at(record.usual if self.prevalence is None else self.prevalence)
            for record in records[:1]
        ]
        return [
            f'<p class="uncertain">{escape(why)}</p>' if why else "",
            _warnings("Reasons for doubt", self.result.warnings),
            *(f"<p>{escape(record.counts)}</p>" for record in records),
            self._pictures(str(self.result.likeliest)),
            _bars(self.result.probabilities, self.operating),
            _thresholds(self.operating, synthetic=bundle.synthetic),
            *(f"<p>{escape(sentence)}</p>" for sentence in worth if sentence),
        ]

    def _no_answer(self) -> list[str]:
        refusing = [warning for warning in self.result.warnings if warning.refuses]
        others = [warning for warning in self.result.warnings if not warning.refuses]
        name = escape(self.result.file)
        return [
            _warnings("Why, and what to do", refusing),
            _warnings("Also", others),
            '<div class="pictures">\n'
            + _picture(self.image, f"The picture {name}", f"The picture. {escape(self.facts)}.")
            + "\n</div>",
        ]

    def _pictures(self, label: str) -> str:
        name = escape(self.result.file)
        shown = [_picture(self.image, f"The X-ray {name}", f"The X-ray. {escape(self.facts)}.")]
        if self.overlay is not None:
            caption = (
                f"What speaks for {escape(label)}. {_METHODS.get(self.method, '')} "
                "A hot spot is a hint at what the network uses, not a finding."
            )
            alt = f"The same X-ray with a heat map of what speaks for {escape(label)}"
            shown.append(_picture(self.overlay, alt, caption))
        return '<div class="pictures">\n' + "\n".join(shown) + "\n</div>"

    def _facts(self, bundle: Bundle) -> str:
        card = (
            f'<a href="{escape(self.card_address)}">{escape(self.card_address)}</a>'
            if self.card_address
            else "with the published model"
        )
        rows = [
            ("File", escape(self.result.file)),
            ("SHA-256 of the file", f"<code>{escape(self.sha256)}</code>"),
            ("Judged", escape(self.judged.strftime("%Y-%m-%d %H:%M %Z").strip())),
            ("Model", f"{escape(bundle.name)}, version {bundle.version}"),
            ("How good it was", escape(how_good(bundle.metrics, synthetic=bundle.synthetic))),
            ("Model card", card),
        ]
        lines = "\n".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)
        return f"<dl>\n{lines}\n</dl>"


def _synthetic(bundle: Bundle) -> str:
    if not bundle.synthetic:
        return "It is not a diagnosis; do not decide anything about a patient with it."
    return escape(SYNTHETIC)


def _picture(data: bytes, alt: str, caption: str) -> str:
    source = base64.b64encode(data).decode("ascii")
    return (
        f'<figure><img src="data:image/jpeg;base64,{source}" alt="{alt}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _bars(probabilities: Mapping[str, float], operating: Mapping[str, Flag] | None) -> str:
    rows = []
    for name, value in sorted(probabilities.items(), key=lambda item: -item[1]):
        flag = (operating or {}).get(name)
        mark = ""
        if flag is not None:
            at = min(max(flag.point.threshold, 0.0), 1.0)
            mark = f'<rect class="mark" x="{at * 200 - 1:.1f}" y="0" width="2" height="14"/>'
        # Drawn, not coloured in as a background, which printers leave out.
        bar = (
            '<svg viewBox="0 0 200 14" preserveAspectRatio="xMinYMid" aria-hidden="true">'
            '<rect class="scale" width="200" height="14"/>'
            f'<rect class="bar" width="{value * 200:.1f}" height="14"/>{mark}</svg>'
        )
        threshold = share(flag.point.threshold) if flag is not None else "none"
        rows.append(
            f'<tr><th scope="row">{escape(name)}</th><td>{share(value)}</td><td>{bar}</td>'
            + (f"<td>{threshold}</td></tr>" if operating else "</tr>")
        )
    return (
        '<table><thead><tr><th scope="col">Class</th><th scope="col">Probability</th>'
        '<th scope="col">From 0 to 1</th>'
        + ('<th scope="col">Threshold</th>' if operating else "")
        + "</tr></thead>\n<tbody>\n"
        + "\n".join(rows)
        + "\n</tbody></table>"
    )


def _thresholds(operating: Mapping[str, Flag] | None, *, synthetic: bool) -> str:
    if not operating:
        return ""
    told = (threshold_words(*item, synthetic=synthetic) for item in operating.items())
    return "<ul>\n" + "\n".join(f"<li>{escape(words)}</li>" for words in told) + "\n</ul>"


def _warnings(title: str, warnings: Sequence[ImageWarning]) -> str:
    if not warnings:
        return ""
    told = "\n".join(f"<li>{escape(warning.message)}</li>" for warning in warnings)
    return f'<h2>{title}</h2>\n<ul class="warnings">\n{told}\n</ul>'


_STYLE: Final = """
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #0d151b;
  font: 14px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial,
  sans-serif; }
main { max-width: 760px; margin: 0 auto; padding: 16px; }
h1 { font-size: 22px; margin: 12px 0 4px; }
h2 { font-size: 15px; margin: 12px 0 4px; }
p { margin: 4px 0; }
ul { margin: 4px 0; padding-left: 20px; }
a { color: #0b6285; overflow-wrap: anywhere; }
.notice { border: 1px solid #0d151b; padding: 6px 10px; }
.uncertain { border-left: 4px solid #b65518; padding-left: 8px; font-weight: 600; }
.pictures { display: flex; flex-wrap: wrap; gap: 12px; margin: 12px 0; }
figure { flex: 1 1 280px; margin: 0; }
figure img { display: block; width: 100%; max-height: 420px; object-fit: contain;
  background: #000; }
figcaption { font-size: 12px; color: #37444d; margin-top: 4px; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: 3px 8px 3px 0; border-bottom: 1px solid #d5dde2; }
td { font-variant-numeric: tabular-nums; }
svg { display: block; width: 100%; max-width: 260px; height: 14px; }
.scale { fill: #e9eef1; } .bar { fill: #0b6e8a; } .mark { fill: #0d151b; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; margin: 12px 0 0;
  font-size: 12px; }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 480px) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 6px; } }
@page { size: A4; margin: 12mm; }
@media print {
  body { font-size: 10pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  /* One sheet: where there is more to say, the pictures are smaller. */
  main { display: flex; flex-direction: column; max-width: none; height: 272mm; padding: 0; }
  main > * { flex-shrink: 0; }
  .pictures { display: grid; flex: 0 1 100mm; min-height: 50mm; margin: 8px 0;
    grid: minmax(0, 1fr) auto / auto-flow minmax(0, 1fr); gap: 4px 12px; }
  figure { display: grid; grid-row: span 2; grid-template-rows: subgrid; }
  figure img { height: 100%; max-height: none; }
  figure, table, ul, dl { break-inside: avoid; }
}
"""
