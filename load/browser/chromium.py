"""Debian's Chromium under Playwright, each with a moving picture and a tone of its own for camera and microphone."""

import math
import wave
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Playwright, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--host-resolver-rules=MAP * ^NOTFOUND , EXCLUDE 127.0.0.1",
    "--use-fake-device-for-media-stream=fps=30",
]
CONSENTING = "--use-fake-ui-for-media-stream"
WIDTH, HEIGHT, FRAMES = 640, 480, 30
RATE_HZ = 48_000


@dataclass(frozen=True)
class Sight:
    """What one person's camera shows and her microphone hears."""

    colour: tuple[int, int, int]
    """Of most of the picture."""
    tone_hz: int

    @property
    def strongest(self) -> int:
        """Which of red, green and blue the picture has most of."""
        return self.colour.index(max(self.colour))


RED = Sight((190, 60, 50), 700)
BLUE = Sight((40, 70, 190), 1300)


def camera_file(sight: Sight, folder: Path) -> Path:
    """Write one second of a coloured picture, in which a checkered square moves, as Motion JPEG."""
    file = folder / f"camera-{sight.tone_hz}.mjpeg"
    with file.open("wb") as out:
        for number in range(FRAMES):
            image = Image.new("RGB", (WIDTH, HEIGHT), sight.colour)
            draw = ImageDraw.Draw(image)
            left = round((WIDTH - 160) * (0.5 - 0.5 * math.cos(2 * math.pi * number / FRAMES)))
            for cell in range(64):
                x, y = left + 20 * (cell % 8), 160 + 20 * (cell // 8)
                bright = (cell % 8 + cell // 8) % 2 == 0
                draw.rectangle((x, y, x + 19, y + 19), "white" if bright else "black")
            image.save(out, "JPEG", quality=85)
    return file


def microphone_file(sight: Sight, folder: Path) -> Path:
    """Write a second of a beep and silence: a steady tone would be taken for noise and suppressed."""
    file = folder / f"microphone-{sight.tone_hz}.wav"
    beep = RATE_HZ // 4
    samples = array(
        "h",
        (
            round(12_000 * math.sin(2 * math.pi * sight.tone_hz * at / RATE_HZ)) if at // beep % 2 == 0 else 0
            for at in range(RATE_HZ)
        ),
    )
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(samples.tobytes())
    return file


@contextmanager
def playing() -> Iterator[Playwright]:
    """Run Playwright."""
    with sync_playwright() as playwright:
        yield playwright


@contextmanager
def chromium(
    playwright: Playwright, sight: Sight, folder: Path, *, consenting: bool = True
) -> Iterator[Browser]:
    """Start a browser that shows `sight`.

    Args:
        playwright: Running.
        sight: For camera and microphone of all its pages.
        folder: For the files.
        consenting: The person allows camera and microphone when asked; otherwise what the context permits counts.
    """
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium",
        args=[
            *FLAGS,
            *([CONSENTING] if consenting else []),
            f"--use-file-for-fake-video-capture={camera_file(sight, folder)}",
            f"--use-file-for-fake-audio-capture={microphone_file(sight, folder)}",
        ],
    )
    try:
        yield browser
    finally:
        browser.close()
