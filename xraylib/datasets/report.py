"""What a scan found, for people and programs."""

from __future__ import annotations

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.grey_notes import needed_range, noted, views
from xraylib.datasets.labels.metadata import known_counts
from xraylib.datasets.labels.report import LabelReport
from xraylib.images.notes import NOTES
from xraylib.json_values import JsonObject


def scan_report(index: DatasetIndex, labels: LabelReport | None = None) -> JsonObject:
    """What is there, what cannot be read and what had to be decided, as the command prints it.

    Keys: ``root``, ``classes``, ``splits``, ``unreadable``, ``passed_over``; ``layout``, how the
    folder was understood; ``notes``, by name how
    many images and which; ``views``, by view how many; ``grey_range``, see `needed_range`. Where a
    table tells labels, ``labels`` counts its findings and what has no partner, and ``label_table``
    names its columns and everything that was counted. Where a table or DICOM headers tell more,
    ``known`` says of how many images.
    """
    needed = needed_range(index)
    known = known_counts(index.metadata)
    return {
        "root": str(index.root),
        "classes": list(index.classes),
        "splits": {split: dict(numbers) for split, numbers in index.counts().items()},
        "unreadable": [
            {"path": image.path, "code": image.error_code, "reason": image.error_reason}
            for image in index.unreadable()
        ],
        "passed_over": index.passed_over,
        "layout": index.reading.to_json(),
        "notes": {
            name: {
                "images": len(paths),
                "says": NOTES[name].says,
                "remedy": NOTES[name].remedy,
                "paths": [*paths],
            }
            for name, paths in noted(index).items()
        },
        "views": {**views(index)},
        "grey_range": None if needed is None else needed.to_json(),
        **({"known": {**known}} if known else {}),
        **({} if labels is None else {"labels": labels.to_json(), "label_table": labels.details()}),
    }
