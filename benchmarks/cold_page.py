"""What a first look at a page costs a browser: bytes and time, beside another checkout's.

    python benchmarks/cold_page.py --baseline CHECKOUT [--rounds 7] [--megabits 20]

CHECKOUT has a `.venv` in which its package is installed. One server of each, and in turns a fresh
browser profile at the one and the other; neither server watches its files. A page has settled when
nothing has come from the server for half a second; on one's own machine the network costs nothing,
so `--megabits` lets the browser act as if it were on a line of that speed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests" / "support")]

from child_decoding import processor  # noqa: E402
from lab_server import LabServer, chromium  # noqa: E402
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright  # noqa: E402

PATHS = ("", "Training")
_QUIET_SECONDS = 0.5
_MOST_SECONDS = 120.0


def look(browser: Browser, address: str, megabits: float) -> tuple[int, float]:
    """Bytes that came, and seconds until the page had settled."""
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    if megabits:
        session.send("Network.enable")
        rate = megabits * 1e6 / 8
        line = {"offline": False, "latency": 20, "downloadThroughput": rate}
        session.send("Network.emulateNetworkConditions", {**line, "uploadThroughput": rate})
    found = opened(page, session, address)
    context.close()
    return found


def opened(page: Page, session: CDPSession, address: str) -> tuple[int, float]:
    """Opens the address; bytes that came, and seconds until the page had settled."""
    session.send("Network.enable")
    came = 0
    last = began = time.monotonic()

    def heard(event: dict[str, object]) -> None:
        nonlocal came, last
        came += int(str(event.get("encodedDataLength", 0)))
        last = time.monotonic()

    session.on("Network.loadingFinished", heard)
    session.on("Network.webSocketFrameReceived", heard)
    page.goto(address, timeout=_MOST_SECONDS * 1000)
    page.locator("[data-testid=stAppViewContainer] h1").first.wait_for(timeout=120_000)
    while time.monotonic() - last < _QUIET_SECONDS and time.monotonic() - began < _MOST_SECONDS:
        page.wait_for_timeout(50)
    return came, last - began


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--baseline", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--megabits", type=float, default=0.0)
    asked = parser.parse_args()
    print(f"{processor()}; {asked.megabits or 'no limit of'} megabits a second")
    options = {"server.fileWatcherType": "none"}
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        here = Path(place)
        now = LabServer(here / "now", here / "now.log", options=options)
        earlier = LabServer(
            here / "earlier",
            here / "earlier.log",
            options=options,
            checkout=asked.baseline.resolve(),
        )
        with chromium(playwright) as browser, now, earlier:
            for path in PATHS:
                found: dict[LabServer, list[tuple[int, float]]] = {now: [], earlier: []}
                for turn in range(asked.rounds + 1):
                    for server in (now, earlier) if turn % 2 else (earlier, now):
                        one = look(browser, server.address(path), asked.megabits)
                        if turn:  # the first look of each is not counted
                            found[server].append(one)
                size = {way: statistics.median(one[0] for one in got) for way, got in found.items()}
                ratios = [a[1] / b[1] for a, b in zip(found[now], found[earlier], strict=True)]
                print(
                    f"{path or 'Home':10} {size[now]:>11,.0f} of {size[earlier]:>11,.0f} bytes "
                    f"({size[now] / size[earlier]:.2f}); settled in "
                    f"{statistics.median(ratios):.2f} of the time "
                    f"({min(ratios):.2f} to {max(ratios):.2f}), "
                    f"{statistics.median(one[1] for one in found[now]):.2f} s"
                )


if __name__ == "__main__":
    main()
