"""Real browsers make the offer of docs/protocol.md section 6 and take our answer. No worker is needed: nothing connects."""

import asyncio
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from signaling.calls.negotiation import read_offer, write_answer
from tests.support.firefox import evaluate, firefox
from tests.support.offers import MAKE_OFFER, plausible_answer

TAKE_ANSWER = """
async (sdp) => {
  await window.pc.setRemoteDescription({type: 'answer', sdp});
  const sender = window.pc.getTransceivers()[1].sender;
  return {
    state: window.pc.signalingState,
    directions: window.pc.getTransceivers().map(t => t.currentDirection),
    rids: sender.getParameters().encodings.map(e => e.rid),
    streams: window.pc.remoteDescription.sdp.split('\\r\\n').filter(l => l.startsWith('a=msid:')).length,
  };
}
"""


def check(taken: dict[str, Any]) -> None:
    assert taken["state"] == "stable"
    assert taken["directions"] == ["sendonly"] * 3 + ["recvonly"] * 12
    assert taken["rids"] == ["q", "h", "f"], "all three layers are negotiated"
    assert taken["streams"] == 12


def chromium_takes() -> dict[str, Any]:
    arguments = ["--no-sandbox", "--host-resolver-rules=MAP * ^NOTFOUND , EXCLUDE 127.0.0.1"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", headless=True, args=arguments
        )
        try:
            page = browser.new_page()
            page.goto("about:blank")
            read = read_offer(page.evaluate(MAKE_OFFER))
            taken: dict[str, Any] = page.evaluate(
                TAKE_ANSWER, write_answer(read, plausible_answer(read.offer))
            )
        finally:
            browser.close()
    return taken


@pytest.mark.chromium
async def test_chromium_takes_our_answer_to_its_offer():
    # Playwright's plain interface refuses to run where a loop runs.
    check(await asyncio.to_thread(chromium_takes))


@pytest.mark.firefox
async def test_firefox_takes_our_answer_to_its_offer(tmp_path):
    def firefox_takes() -> dict[str, Any]:
        with firefox(tmp_path / "profile") as browser:
            browser.navigate("about:blank")
            read = read_offer(evaluate(browser, MAKE_OFFER))
            answer = write_answer(read, plausible_answer(read.offer))
            taken: dict[str, Any] = evaluate(browser, TAKE_ANSWER, answer)
        return taken

    check(await asyncio.to_thread(firefox_takes))
