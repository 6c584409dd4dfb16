"""Commands that are tried in workspaces with something wrong; words in capitals stand for names."""

from __future__ import annotations

from typing import Final

QUICK: Final = (
    "accept mine ALL", "audit --dataset noise", "audit --dataset labelled", "cache", "cache --json",
    "calibrate RUN --class Covid --sensitivity 0.8", "calibrate FIND",
    "card huggingface mine --out OUT", "card verify mine",
    "checklist RUN", "checklist FIND", "classify IMAGE --model mine", "code DESIGN",
    "compare RUN FIND", "compare RUN OTHER", "correct noise FIRST --tag odd",
    "decision RUN --class Covid --prevalence 0.1", "evaluate RUN", "evaluate FIND",
    "export mine litert DIR", "external RUN", "external FIND", "groups", "groups --json",
    "groups GROUP", "groups CURVE", "groups SEARCH", "host static DIR --model mine", "image IMAGE",
    "log RUN --to tensorboard --dir DIR", "notebook RUN --out BOOK", "notebook FIND --out BOOK",
    "search --from RUN --epochs 999999", "learning-curve ALL --from RUN --epochs 999999",
    "map noise", "models", "models --json",
    "precision RUN", "precision FIND", "report RUN --out OUT", "report FIND --out OUT",
    "report RUN OTHER --out OUT", "runs", "runs --json", "scan --dataset noise",
    "scan --dataset labelled", "show RUN", "show FIND", "show WAITING", "stop WAITING",
    "subgroups RUN", "subgroups FIND", "summary DESIGN", "test-set RUN", "test-set FIND",
    "train --dataset noise --model DESIGN --epochs 999999", "train --from FIND --epochs 999999",
    "verify MODEL", "resume RUN --epochs 999999 --detach", "delete RUN", "delete FIND",
)  # fmt: skip
WITH_TENSORFLOW: Final = (
    "explain RUN", "explain FIND", "keras-summary DESIGN", "publish RUN again",
    "publish FIND found",
    "sanity RUN --images 4 --no-shuffled", "shortcuts RUN",
    "stress RUN --only inversion --images 4", "trial DESIGN",
)  # fmt: skip
NO_FILES: Final = {
    "layers": "words of the program",
    "presets": "words of the program",
    "samples": "a place of the program",
    "ui": "a server, whose pages are opened here",
}
