"""From the volunteer's click on "answer" to the first picture of the pupil, in real browsers on a real system."""

import asyncio
import tempfile
from collections.abc import Iterable
from pathlib import Path

from load.bench.figure import Benchmark, Figure, percentile
from load.browser.chromium import BLUE, RED, chromium, playing
from load.browser.pages import Pupil, Volunteer
from load.system.whole import running

JOINS = 20
LOAD = (
    "{count} joins one after the other; headless Chromium for each side, camera 640x480 and microphone on both, "
    "checked and prewarmed pupil; web, worker and SFU processes, SQLite and Valkey, browsers on the same machine; "
    "performance.now() of the volunteer's page from the click on accept to requestVideoFrameCallback of the remote "
    "video"
)

WATCH_FIRST_FRAME = """
() => new Promise((resolve) => {
  let clicked = 0;
  const onClick = (event) => { if (event.target.closest('[data-tone=call]')) clicked ||= performance.now(); };
  document.addEventListener('click', onClick, {capture: true});
  const find = () => {
    const video = document.querySelector('[data-testid=remote-video]');
    if (!video) { requestAnimationFrame(find); return; }
    video.requestVideoFrameCallback((now) => {
      document.removeEventListener('click', onClick, {capture: true});
      resolve(now - clicked);
    });
  };
  find();
})
"""
"""Resolves to milliseconds: the time given to the callback is on the same clock as ``performance.now()``."""


def _join(pupil: Pupil, volunteer: Volunteer) -> float:
    pupil.ask("Maths")
    volunteer.hears_ringing(pupil.link.name)
    pupil.is_prewarmed()
    page = volunteer.page
    page.evaluate(f"() => {{ window.firstFrame = ({WATCH_FIRST_FRAME})(); }}")
    volunteer.accept(pupil.link.name)
    elapsed_ms = float(page.evaluate("window.firstFrame"))
    volunteer.hang_up()
    volunteer.press("Rien à noter")
    pupil.reads("La leçon est finie")
    return elapsed_ms


def _measure() -> list[float]:
    with (
        tempfile.TemporaryDirectory() as name,
        running(Path(name)) as system,
        playing() as playwright,
        chromium(playwright, RED, Path(name)) as reds,
        chromium(playwright, BLUE, Path(name)) as blues,
    ):
        pupil = Pupil(reds, system, system.of_role("pupil")[0])
        volunteer = Volunteer(blues, system, system.of_role("volunteer")[0])
        pupil.sign_in()
        pupil.check_devices()
        volunteer.sign_in()
        volunteer.checks()
        return [_join(pupil, volunteer) for _ in range(JOINS)]


async def _first_frame() -> Iterable[Figure]:
    values = await asyncio.to_thread(_measure)
    load = LOAD.format(count=len(values))
    return [
        Figure(f"accept_to_first_frame_ms.{name}", percentile(values, share), "ms", load)
        for name, share in (("median", 0.5), ("p95", 0.95))
    ]


BENCHMARKS = (Benchmark(("accept_to_first_frame_ms.median", "accept_to_first_frame_ms.p95"), _first_frame),)
