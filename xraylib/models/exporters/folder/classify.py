"""What a network says about a chest image. Research and education only, not a medical device.

    python classify.py image.png another.jpg

Needs numpy, opencv-python-headless and ai-edge-litert. Prints one line of JSON an image, also of
one that it cannot read; ends with 1 if one of them got no answer.
"""

import json
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from xraylib.ood.familiarity import Familiar, in_words
from xraylib.ood.marks import (
    COLOUR_SHARE,
    FEWEST_MARKED,
    MOST_MARKED,
    MOSTLY_COLOURED,
    coloured,
    coloured_share,
    without_marks,
)

HERE = Path(__file__).resolve().parent
FLAT_DEVIATION = 2.0
TOO_FEW_PIXELS = 4
MARGIN = 0.2
UNSURE = 0.6
DRAWN = b"Description\0Synthetic chest phantom drawn by a program. Not a patient."


def read(file: str) -> Any:
    """Grey or RGB pixels as stored, 8 or 16 bits; transparency is laid over black."""
    data = np.frombuffer(Path(file).read_bytes(), np.uint8)
    # A JPEG's orientation is heeded only where alpha is not asked for, and it has none.
    how = cv2.IMREAD_ANYCOLOR if bytes(data[:2]) == b"\xff\xd8" else cv2.IMREAD_UNCHANGED
    pixels = cv2.imdecode(data, how)
    if pixels is None:
        raise ValueError("it is no PNG or JPEG picture that can be read")
    if pixels.ndim == 2:
        return pixels
    colour = cv2.cvtColor(np.ascontiguousarray(pixels[:, :, :3]), cv2.COLOR_BGR2RGB)
    if pixels.shape[2] == 4 and pixels[:, :, 3].min() != pixels[:, :, 3].max():
        product = colour.astype(np.uint16) * pixels[:, :, 3:]
        colour = ((product + 127) // 255).astype(np.uint8)
    if (colour == colour[:, :, :1]).all():
        return np.ascontiguousarray(colour[:, :, 0])
    return colour


def is_drawn(file: str) -> bool:
    """Whether a PNG file says that a program drew it, as our phantoms do."""
    return DRAWN in Path(file).read_bytes()


def resize(pixels: Any, height: int, width: int) -> Any:
    """Areas are averaged along each side that shrinks; each that grows is filled in linearly."""
    shrunk = (min(pixels.shape[0], height), min(pixels.shape[1], width))
    if shrunk != pixels.shape[:2]:
        pixels = cv2.resize(pixels, shrunk[::-1], interpolation=cv2.INTER_AREA)
    if shrunk != (height, width):
        pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
    return pixels


def prepare(pixels: Any, settings: dict[str, Any]) -> Any:
    """The image as the network takes it: float32 (1, height, width, channels), 0 to 255."""
    height, width = settings["image_size"]
    grey = settings["color_mode"] == "grayscale"
    if grey and pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    tall, wide = pixels.shape[:2]
    if settings["fit"] == "crop":
        keep = (
            min(tall, max(1, round(wide * height / width))),
            min(wide, max(1, round(tall * width / height))),
        )
        top, left = (tall - keep[0]) // 2, (wide - keep[1]) // 2
        pixels = np.ascontiguousarray(pixels[top : top + keep[0], left : left + keep[1]])
    if settings["fit"] == "pad":
        scale = min(height / tall, width / wide)
        inner = (min(height, max(1, round(tall * scale))), min(width, max(1, round(wide * scale))))
        top, left = (height - inner[0]) // 2, (width - inner[1]) // 2
        canvas = np.zeros((height, width, *pixels.shape[2:]), pixels.dtype)
        canvas[top : top + inner[0], left : left + inner[1]] = resize(pixels, *inner)
        pixels = canvas
    else:
        pixels = resize(pixels, height, width)
    if pixels.dtype == np.uint16:
        chosen = settings.get("grey_range") or {"bits": 16, "low": 0, "high": 65535}
        whole = {"low": 0, "high": 65535} if chosen["bits"] != 16 else chosen
        span = whole["high"] - whole["low"]
        above = np.clip(pixels.astype(np.int64) - whole["low"], 0, span)
        pixels = ((above * 255 + span // 2) // span).astype(np.uint8)
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[:, :, None], 1 if grey else 3, axis=2)
    return pixels[None].astype(np.float32)


def asked(network: Any, prepared: Any, classes: list[str]) -> tuple[dict[str, float], Any]:
    """Probabilities by class, and averaged feature maps or None."""
    (entry,) = network.get_input_details()
    outputs = network(**{entry: prepared})
    p = outputs["probabilities"][0].astype(np.float64)
    maps = outputs.get("features")
    features = None if maps is None else maps[0].mean(axis=(0, 1))
    return dict(zip(classes, p.tolist(), strict=True)), features


def likeliest(shares: dict[str, float]) -> str:
    """The class of the highest probability."""
    return max(shares, key=lambda name: shares[name])


def _flagged(facts: dict[str, Any], shares: dict[str, float]) -> list[str]:
    """The classes or findings whose threshold is reached."""
    points = facts["operating"].items()
    return [name for name, point in points if shares[name] >= point["threshold"]]


def is_uncertain(facts: Any, shares: dict[str, float]) -> bool:
    """Whether a person should decide: the rule of X-ray Lab's own pages."""
    points = facts["operating"]
    bands = ((shares[name], point["band"]) for name, point in points.items() if point["band"])
    unsure = any(low <= share <= high for share, (low, high) in bands)
    if facts["class_mode"] == "multilabel":
        return unsure
    first, second = sorted(shares.values(), reverse=True)[:2]
    if first - second < MARGIN - 1e-9:
        return True
    return unsure if points else first < UNSURE


def _said(facts: dict[str, Any], shares: dict[str, float]) -> Any:
    """The class that an image is most like; of a network of findings those that are flagged."""
    several = facts["class_mode"] == "multilabel"
    return _flagged(facts, shares) if several else likeliest(shares)


def warnings(
    pixels: Any, prepared: Any, network: Any, facts: dict[str, Any], familiar: Familiar | None
) -> tuple[dict[str, float], list[Any]]:
    """Probabilities, and reasons for doubt; those that refuse are reasons for no answer."""
    found = []
    shares, features = asked(network, prepared, facts["classes"])
    small = prepared[0].astype(np.uint8)
    if max(small.shape[0] / pixels.shape[0], small.shape[1] / pixels.shape[1]) >= TOO_FEW_PIXELS:
        text = "The picture has too few pixels for this network. Use the original X-ray."
        found.append(("too-small", text, True))
    if small.std() < FLAT_DEVIATION:
        text = "The picture has almost the same grey everywhere. Check the export of the X-ray."
        found.append(("no-contrast", text, True))
    share = coloured_share(pixels)
    if share > COLOUR_SHARE:
        text = f"{100 * min(share, 0.99):.0f}% of the picture is in colour, and X-rays are grey. "
        text += "Use the original X-ray."
        found.append(("colour", text, share > MOSTLY_COLOURED))
    if FEWEST_MARKED < share < MOSTLY_COLOURED:
        place = {**facts["preparation"], "color_mode": "grayscale", "grey_range": None}
        marks = prepare(coloured(pixels).astype(np.uint8) * 255, place)
        filled = without_marks(small, marks[0, :, :, 0])
        others, without = asked(network, filled[None].astype(np.float32), facts["classes"])
        if share <= MOST_MARKED:
            small, features = filled, without
        if _said(facts, others) != _said(facts, shares):
            text = "The answer comes from coloured marks in the picture. Use the original X-ray."
            found.append(("marks", text, True))
    if familiar is not None:
        verdict = familiar.judge(small, features)
        if verdict.reason:
            text = in_words(verdict, synthetic=facts["synthetic"])
            found.append((verdict.reason, text, verdict.refuses))
    return shares, [{"code": code, "message": text, "refuses": no} for code, text, no in found]


def _nothing(facts: dict[str, Any], status: str, shares: dict[str, float]) -> dict[str, Any]:
    """What is said of an image that gets no answer; ``shares`` is what the network gave."""
    said: dict[str, Any] = {"status": status, "more_like": None, "probabilities": {}, "flagged": []}
    several = facts["class_mode"] == "multilabel"
    said["uncertain"] = False
    return {**said, "would_have_said": shares, **({"findings": {}} if several else {})}


def answer(facts: dict[str, Any], shares: dict[str, float], doubts: list[Any]) -> dict[str, Any]:
    """What is said of an image: of one that cannot be judged no class and no finding."""
    several = facts["class_mode"] == "multilabel"
    if any(doubt["refuses"] for doubt in doubts):
        return _nothing(facts, "cannot-judge", shares)
    reached = _flagged(facts, shares)
    found = {name: {"probability": p, "flagged": name in reached} for name, p in shares.items()}
    return {
        "status": "ok",
        "more_like": None if several else likeliest(shares),
        "probabilities": shares,
        "uncertain": is_uncertain(facts, shares),
        "flagged": reached,
        "would_have_said": {},
        **({"findings": found} if several else {}),
    }


def main() -> int:
    facts = json.loads((HERE / "model.json").read_text(encoding="utf-8"))
    usual = HERE / "ood.json"
    familiar = Familiar.from_json(json.loads(usual.read_bytes())) if usual.exists() else None
    interpreter = Interpreter(model_path=str(HERE / "model.tflite"))
    network = interpreter.get_signature_runner()
    unanswered = 0
    for file in sys.argv[1:]:
        try:
            pixels = read(file)
        except (OSError, ValueError, cv2.error) as error:
            unanswered += 1
            print(json.dumps({"file": file, **_nothing(facts, "refused", {}), "error": str(error)}))
            continue
        prepared = prepare(pixels, facts["preparation"])
        shares, doubts = warnings(pixels, prepared, network, facts, familiar)
        if is_drawn(file) and not facts["synthetic"]:
            text = "The file says that this picture was made by a program, and this model learned "
            text += "from X-rays of patients. Use an X-ray of a patient."
            doubts.insert(0, {"code": "synthetic", "message": text, "refuses": True})
        said = answer(facts, shares, doubts)
        unanswered += said["status"] != "ok"
        print(json.dumps({"file": file, **said, "warnings": doubts}))
    return int(unanswered > 0)


if __name__ == "__main__":
    raise SystemExit(main())
