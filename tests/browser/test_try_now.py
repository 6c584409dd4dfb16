"""What only a browser shows of *Try it now*, of the doors on Home and of the sidebar on a phone."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from lab_server import SECOND, LabServer, keyed, settle
from patience import click, expect
from playwright.sync_api import Locator, Page
from until import until

from xraylib.workspace import Workspace

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A server with one trained run, which nobody has published or opened."""
    from trained_runs import draw_images, trained_run

    folder = tmp_path_factory.mktemp("try")
    images = draw_images(folder / "bars", ("High", "Low", "Middle"))
    trained_run(Workspace(folder / "workspace"), images, "small-cnn")
    with LabServer(folder / "workspace", folder / "server.log") as started:
        yield started


def opened(page: Page, server: LabServer, path: str) -> None:
    page.goto(server.address(path))
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def shares(page: Page) -> list[str]:
    return [bar.text_content() or "" for bar in page.locator(".bar output").all()]


def picture(page: Page) -> Locator:
    return page.locator(".film img")


def changes(page: Page, part: Locator, before: str | None) -> None:
    until(lambda: part.get_attribute("src") != before, pause=lambda _: page.wait_for_timeout(100))


def test_a_run_that_has_ended_judges_an_image_without_being_published(
    page: Page, server: LabServer
) -> None:
    opened(page, server, "Training")
    button = keyed(page, "try-0").get_by_role("button")
    expect(button).to_be_visible(timeout=400 * SECOND)  # opened meanwhile, by a process of its own
    click(button)
    expect(page.locator(".bar")).to_have_count(3)
    assert not any(Workspace(server.workspace).models.glob("*/*"))

    before = picture(page).get_attribute("src")
    page.get_by_role("slider", name="Cut edges").fill("30")
    changes(page, picture(page), before)

    before = picture(page).get_attribute("src")
    film = page.locator(".film")
    film.scroll_into_view_if_needed()
    box = film.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.6 * box["height"], steps=5)
    page.mouse.up()
    changes(page, picture(page), before)

    click(page.get_by_role("button", name="As it was"))
    expect(page.get_by_role("slider", name="Cut edges")).to_have_value("0")


def test_an_image_is_pasted(page: Page, server: LabServer) -> None:
    opened(page, server, "Training")
    expect(keyed(page, "try-0")).to_be_visible(timeout=400 * SECOND)
    click(page.get_by_role("button", name="Hand in an X-ray"))
    click(keyed(page, "accept-here").get_by_role("button"))
    expect(keyed(page, "paste-here")).to_be_visible()
    settle(page)
    data = next((server.workspace.parent / "bars" / "test").rglob("*.png")).read_bytes()
    page.evaluate(
        """text => {
          const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File([bytes], "pasted.png", {type: "image/png"}));
          document.body.dispatchEvent(
            new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
        }""",
        base64.b64encode(data).decode(),
    )
    expect(picture(page)).to_be_visible()
    expect(page.get_by_text("pasted.png", exact=True)).not_to_have_count(0)
    click(keyed(page, "try-forget").get_by_role("button"))
    expect(picture(page)).to_have_count(0)


def test_on_a_phone_the_sidebar_closes_behind_a_link(page: Page, server: LabServer) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, server, "")
    sidebar = page.get_by_test_id("stSidebar")
    click(page.get_by_test_id("stExpandSidebarButton"))
    expect(sidebar).to_have_attribute("data-collapsed", "false")
    click(sidebar.get_by_role("link", name="Dataset"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Dataset")
    expect(sidebar).to_have_attribute("data-collapsed", "true")
    opened(page, server, "Architecture")  # and is not remembered as open
    expect(sidebar).to_have_attribute("data-collapsed", "true")
