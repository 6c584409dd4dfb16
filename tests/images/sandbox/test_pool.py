"""Decoding is bounded, and nobody is kept out by somebody with many images."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import psutil
import pytest
from made_images import encoded, picture
from until import until

from xraylib.errors import ImageError, XrayError
from xraylib.images.sandbox.fair_queue import Turns
from xraylib.images.sandbox.pool import DecoderPool

pytestmark = pytest.mark.slow


def wait_until_waiting(turns: Turns, count: int) -> None:
    until(lambda: sum(map(len, turns._waiting.values())) >= count)


def test_owners_take_turns_however_many_images_one_has() -> None:
    turns = Turns(1, each=20)
    served: list[str] = []

    def work(owner: str) -> None:
        with turns.turn(owner):
            served.append(owner)

    with ThreadPoolExecutor(20) as pool, turns.turn("first"):
        for place in range(6):
            pool.submit(work, "many")
            wait_until_waiting(turns, place + 1)
        for place, owner in enumerate(("one", "two"), start=7):
            pool.submit(work, owner)
            wait_until_waiting(turns, place)
    assert served == ["many", "one", "two", *["many"] * 5]


def test_who_would_wait_too_long_or_beside_too_many_is_refused() -> None:
    turns = Turns(1, waiting=2, each=1, patience=0.05)
    with turns.turn("a"):
        with pytest.raises(XrayError) as caught, turns.turn("b"):
            pass
        assert caught.value.code == "busy"
        assert caught.value.message == (
            "No place became free within 0.05 seconds. Expected a free place. "
            "Do this: try again in a minute."
        )
    crowded = Turns(1, waiting=2, each=1)

    def work(owner: str) -> None:
        with crowded.turn(owner):
            pass

    with ThreadPoolExecutor(2) as pool, crowded.turn("a"):
        for place, (owner, refused) in enumerate((("b", "b"), ("c", "d")), start=1):
            pool.submit(work, owner)
            wait_until_waiting(crowded, place)
            with pytest.raises(XrayError) as caught, crowded.turn(refused):
                pass
            assert caught.value.message == (
                "More images wait to be read than this server takes at a time. Expected a free "
                "place. Do this: try again in a minute."
            )


def test_a_place_is_given_back_after_an_error() -> None:
    turns = Turns(1, patience=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="mine"), turns.turn("a"):
            raise ValueError("mine")
    with turns.turn("b"):
        pass


def test_a_pool_decodes_for_many_threads_with_few_children() -> None:
    pictures = [picture(seed) for seed in range(12)]
    pool = DecoderPool(workers=2)
    before = {child.pid for child in psutil.Process().children()}
    try:
        with ThreadPoolExecutor(8) as threads:
            images = list(
                threads.map(
                    lambda seed: pool.for_owner(f"visit {seed}").decode(encoded(pictures[seed])),
                    range(12),
                )
            )
        children = {child.pid for child in psutil.Process().children()} - before
        assert 1 <= len(children) <= 2
    finally:
        pool.close()
    for pixels, image in zip(pictures, images, strict=True):
        np.testing.assert_array_equal(image.pixels, pixels)
    assert not children & {child.pid for child in psutil.Process().children()}


def test_one_owners_hanging_file_costs_one_place_and_the_other_serves() -> None:
    pool = DecoderPool(workers=2)
    try:
        pool.decode(encoded(picture()))
        hanging = threading.Event()

        def hang() -> None:
            with pool._turns.turn("slow"):
                decoder = pool._idle.get()
                hanging.set()
                release.wait(60)
                pool._idle.put(decoder)

        release = threading.Event()
        thread = threading.Thread(target=hang)
        thread.start()
        assert hanging.wait(60)
        for _ in range(3):
            assert pool.decode(encoded(picture()), owner="quick").width == 40
        with pytest.raises(ImageError) as caught:
            pool.decode(b"text", owner="quick")
        assert caught.value.code == "not-an-image"
        release.set()
        thread.join()
    finally:
        pool.close()
