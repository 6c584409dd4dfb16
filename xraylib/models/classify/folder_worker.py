"""``python -m xraylib.models.classify.folder_worker BUNDLE NAME ROOT``: judges images for `folder`.

Each line of standard input is a JSON list of paths below ROOT; each line of standard output is
the JSON list of what was said about them, in the same order. It ends with its input.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main(bundle: str, name: str, root: str) -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # C libraries may print whatever they like
    import cv2

    from xraylib.models.bundle import open_bundle
    from xraylib.models.classify.classifier import Classifier
    from xraylib.models.classify.folder import judge_images

    cv2.setNumThreads(1)
    classifier = Classifier(open_bundle(bundle, name=name), workers=1)
    for line in sys.stdin:
        judged = judge_images(classifier, Path(root), json.loads(line))
        answers.write(json.dumps([image.to_json() for image in judged]) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
