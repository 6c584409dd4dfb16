"""``python -m xraylib.models.classify.folder_worker BUNDLE NAME``: judges images for `folder`.

It first writes a line when all is loaded. Then each line of standard input is a JSON list of
paths, and for each path a line of standard output is what was said about that image, in the
same order. It ends with its input. It decodes here, because it is a child itself, with limits: if
an image ends it, `folder_workers` goes on with another, and the image has a row that says so.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import psutil

from xraylib.images.decode import Radiograph, read_image
from xraylib.images.sandbox.child_limits import ADDRESS_SPACE, Alarm, limit


class _Here:
    """Decodes in this process."""

    def decode(self, data: bytes) -> Radiograph:
        return read_image(data)


def main(bundle: str, name: str) -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # C libraries may print whatever they like
    import cv2

    from xraylib.models.bundle import open_bundle
    from xraylib.models.classify.batch import classify_files
    from xraylib.models.classify.classifier import Classifier

    cv2.setNumThreads(1)
    classifier, decoder = Classifier(open_bundle(bundle, name=name), workers=1), _Here()
    limit(psutil.Process().memory_info().vms + ADDRESS_SPACE)
    answers.write("\n")
    answers.flush()
    for line in sys.stdin:
        for path in json.loads(line):
            with Alarm():
                (judged,) = classify_files([Path(path)], classifier, decoder=decoder)
            answers.write(json.dumps(judged.to_json()) + "\n")
            answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
