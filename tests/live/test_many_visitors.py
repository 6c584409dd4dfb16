"""Many visitors at once: nobody ever sees an image, a name or a number of somebody else."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from lab_server import LabServer
from marked_images import marked_image, owners_seen
from visitor import Visitor

pytestmark = pytest.mark.timeout(900)

WAYS = ("one", "one", "several", "sample", "keep", "card", "again", "forget")


def behave(port: int, owner: int, actions: int) -> Visitor:
    """A visitor who does a number of things in an order of his own; the tab is closed."""
    chance = random.Random(owner)
    with Visitor(port) as visitor:
        visitor.look().click("I understand, continue")
        for turn in range(actions):
            way = WAYS[turn] if turn < 3 else chance.choice(WAYS)
            if way == "one":
                visitor.hand_in(marked_image(owner, turn))
            elif way == "several":
                visitor.hand_in(*(marked_image(owner, turn + more) for more in range(3)))
            elif way == "sample" and "A Normal phantom" in visitor.buttons():
                visitor.click("A Normal phantom")
            elif way == "keep":
                for path in filter(None, visitor.downloads()):
                    visitor.get(path)
            elif way == "card":
                visitor.look("Model_card").look("Classify")
            elif way == "forget":
                visitor.click("Forget everything now")
            else:
                visitor.look()
            assert visitor.exceptions() == []
        return visitor


@pytest.mark.parametrize(
    ("users", "actions"), [(3, 5), pytest.param(20, 50, marks=pytest.mark.long)]
)
def test_nobody_ever_sees_an_image_of_another(demo: LabServer, users: int, actions: int) -> None:
    with ThreadPoolExecutor(users) as pool:
        visitors = list(pool.map(lambda owner: behave(demo.port, owner, actions), range(users)))
    for owner, visitor in enumerate(visitors):
        assert owners_seen(visitor) == {owner}
        assert len(visitor.pictures()) > 2
    assert "Traceback" not in demo.text()


def test_a_mark_is_found_in_a_picture_and_in_a_name(demo: LabServer) -> None:
    """So that the test above can fail."""
    with Visitor(demo.port) as visitor:
        visitor.look().click("I understand, continue").hand_in(("image.png", marked_image(77)[1]))
        assert owners_seen(visitor) == {77}
        visitor.hand_in(marked_image(78))
        assert owners_seen(visitor) == {77, 78}
