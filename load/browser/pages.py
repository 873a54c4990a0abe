"""A pupil and a volunteer at their browsers, in the words that they read on the page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from load.browser.chromium import Sight
from load.system.whole import Link, System

WIDE = {"width": 1280, "height": 800}
WAIT_MS = 15_000

WATCH = """
window.story = {peers: [], negotiations: 0, early: []};
window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(...all) { super(...all); window.story.peers.push(this); }
  setLocalDescription(...all) { window.story.negotiations += 1; return super.setLocalDescription(...all); }
};
const look = () => {
  const name = document.querySelector('[data-testid=face-name]')?.textContent;
  const video = document.querySelector('[data-testid=remote-video]');
  if (name && !video?.getVideoPlaybackQuality().totalVideoFrames) window.story.early.push(name);
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
"""Keeps the connections, counts descriptions, and notes a name that is shown before there is a picture."""

READ_MEDIA = """
async () => {
  const found = {state: '', decoded: 0, voice: 0, energy: 0, sent: {}};
  const peer = window.story.peers.findLast((one) => one.connectionState !== 'closed');
  if (!peer) return found;
  found.state = peer.connectionState;
  for (const row of (await peer.getStats()).values()) {
    if (row.type === 'inbound-rtp' && row.kind === 'video') found.decoded += row.framesDecoded || 0;
    if (row.type === 'inbound-rtp' && row.kind === 'audio') {
      found.voice += row.packetsReceived || 0;
      found.energy += row.totalAudioEnergy || 0;
    }
    // A layer that was switched off may have sent a frame before the answer came; Firefox does not tell.
    if (row.type === 'outbound-rtp' && row.kind === 'video' && row.framesSent && row.active !== false)
      found.sent[row.rid || 'one'] = {frames: row.framesSent, width: row.frameWidth, height: row.frameHeight,
        target: row.targetBitrate || 0, limited: row.qualityLimitationReason};
  }
  return found;
}
"""

MEAN_COLOUR = """
(video) => {
  if (!video.videoWidth) return [0, 0, 0];
  const canvas = Object.assign(document.createElement('canvas'), {width: 32, height: 24});
  const paper = canvas.getContext('2d');
  paper.drawImage(video, 0, 0, 32, 24);
  const mean = [0, 0, 0];
  const points = paper.getImageData(0, 0, 32, 24).data;
  for (let at = 0; at < points.length; at += 1) if (at % 4 < 3) mean[at % 4] += points[at] / 768;
  return mean;
}
"""

LOUDEST_HZ = """
async (audio) => {
  const context = new AudioContext();
  await context.resume();
  const analyser = new AnalyserNode(context, {fftSize: 4096, smoothingTimeConstant: 0});
  context.createMediaStreamSource(audio.srcObject).connect(analyser);
  const levels = new Float32Array(analyser.frequencyBinCount);
  let [loudest, at] = [-Infinity, 0];
  for (let look = 0; look < 40; look += 1) {
    await new Promise((done) => setTimeout(done, 50));
    analyser.getFloatFrequencyData(levels);
    levels.forEach((level, bin) => { if (level > loudest) [loudest, at] = [level, bin]; });
  }
  await context.close();
  return loudest < -70 ? 0 : at * context.sampleRate / analyser.fftSize;
}
"""


class Person:
    """Somebody of the class with a browser window of her own."""

    def __init__(self, browser: Browser, system: System, link: Link, **context: Any) -> None:  # noqa: ANN401 - Playwright's own
        self.system = system
        self.link = link
        self.context = browser.new_context(locale="fr-FR", **({"viewport": WIDE} | context))
        self.context.set_default_timeout(WAIT_MS)
        self.context.add_init_script(WATCH)
        self.complaints: list[str] = []
        """What went wrong inside the page, as its console tells."""
        self.page: Page = self._new_page()

    def _new_page(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def open_again(self) -> None:
        """Open the page of the class in a new tab of the same browser, after the former was closed."""
        address = self.page.url
        self.page = self._new_page()
        self.page.goto(address)

    def sign_in(self) -> None:
        """Open the personal link."""
        self.page.goto(self.system.address(self.link))
        self.page.wait_for_url("**/classe/*")

    def check_devices(self, *, camera: bool = True) -> None:
        """Go through the three steps of the check, which must be open."""
        self.press("Écouter")
        self.press("Oui, j’entends")
        self.press("Essayer le micro")
        self.press("Continuer")
        if camera:
            self.press("Essayer la caméra")
            self.press("On me voit, c’est bon")
        else:
            self.press("Sans caméra")

    def must_check(self) -> bool:
        """Wait until the page is there; tell whether it asks for the check."""
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        return self.button("Écouter").is_visible()

    def press(self, name: str) -> None:
        """Press the button of that name."""
        self.button(name).click()

    def button(self, name: str) -> Locator:
        """The button of that name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def reads(self, text: str) -> None:
        """Wait until the page shows `text`."""
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible(timeout=WAIT_MS)

    def is_in_lesson(self, *, with_name: str) -> None:
        """Wait until the lesson is on the screen."""
        expect(self.page.get_by_role("heading", name=f"Leçon avec {with_name}")).to_be_visible(
            timeout=WAIT_MS
        )

    def say(self, text: str) -> None:
        """Write a message in the lesson."""
        self.open_messages()
        self.page.get_by_label("Écrire un message").fill(text)
        self.press("Envoyer")

    def open_messages(self) -> None:
        """Show the messages where they are folded away."""
        if not self.page.get_by_label("Écrire un message").is_visible():
            self.page.locator(".control-chat").click()

    def messages(self) -> list[str]:
        """What was said in writing, in order, with plain spaces."""
        return [
            text.replace("\N{NO-BREAK SPACE}", " ") for text in self.page.locator(".said p").all_inner_texts()
        ]

    def hang_up(self) -> None:
        """End the lesson."""
        self.press("Raccrocher")

    def media(self) -> dict[str, Any]:
        """Counters of the media connection."""
        found: dict[str, Any] = self.page.evaluate(READ_MEDIA)
        return found

    def until_media(
        self, holds: Callable[[dict[str, Any]], bool], what: str, within_s: float = 20
    ) -> dict[str, Any]:
        """Wait until the counters are as wanted."""
        found: dict[str, Any] = {}
        for _ in range(round(within_s * 10)):
            found = self.media()
            if holds(found):
                return found
            self.page.wait_for_timeout(100)
        raise TimeoutError(f"{self.link.name} has not {what} within {within_s} s: {found}\n{self.complaints}")

    def sees(self, frames: int = 90) -> None:
        """Wait until `frames` were decoded since the connection was made."""
        self.until_media(lambda found: found["decoded"] >= frames, "seen enough")

    def sees_and_hears(self, sight: Sight, frames: int = 90) -> None:
        """Wait until `frames` were decoded; what is seen and heard must be `sight`."""
        self.sees(frames)
        mean = self.page.get_by_test_id("remote-video").evaluate(MEAN_COLOUR)
        assert mean.index(max(mean)) == sight.strongest, mean
        assert max(mean) > 1.5 * min(mean), mean
        self.hears(sight)

    def hears(self, sight: Sight) -> None:
        """Listen for two seconds; what is loudest must be the tone of `sight`."""
        self.hears_tone(sight.tone_hz)

    def hears_tone(self, tone_hz: int) -> None:
        """Listen for two seconds; this tone must be what is loudest."""
        heard = self.page.get_by_test_id("remote-audio").evaluate(LOUDEST_HZ)
        assert abs(heard - tone_hz) < 30, heard

    def knows_who_is_in_the_picture(self, name: str) -> None:
        """Wait for the name; it was never there without a picture."""
        expect(self.page.get_by_test_id("face-name")).to_have_text(name)
        assert self.page.evaluate("window.story.early") == []

    def negotiations(self) -> int:
        """How often this page described a connection since it was loaded."""
        return int(self.page.evaluate("window.story.negotiations"))

    def screenshot(self, folder: Path, name: str) -> None:
        """Keep what is on the screen, for a person to look at."""
        self.page.screenshot(path=folder / f"{name}.png")

    def leave(self) -> None:
        """Close the window."""
        self.context.close()


class Pupil(Person):
    """Asks."""

    def ask(self, subject: str, words: str = "", photo: bytes | None = None) -> None:
        """Send a question, and wait until it waits."""
        self.page.get_by_text(subject, exact=True).click()
        self.page.get_by_label("Qu’est-ce que tu ne comprends pas ?").fill(words)
        if photo is not None:
            self.page.get_by_label("Choisir une photo").set_input_files(
                {"name": "exercice.jpg", "mimeType": "image/jpeg", "buffer": photo}
            )
            expect(self.button("Enlever la photo")).to_be_visible()
            expect(self.page.get_by_text("La photo part…")).to_be_hidden()
        self.press("Envoyer ma question")
        self.reads("L’appel commence tout seul.")

    def is_prewarmed(self) -> None:
        """Wait until the connection is up while the question waits."""
        self.until_media(lambda found: found["state"] == "connected", "a connection")


class Volunteer(Person):
    """Answers."""

    def sees_class(self, *names: str) -> None:
        """Wait until the names are on the screen."""
        for name in names:
            expect(self.page.locator(".pupil-name", has_text=name)).to_be_visible(timeout=WAIT_MS)

    def checks(self, *, camera: bool = True) -> None:
        """Pass the device check of her own accord."""
        self.press("Mon son et mon image")
        self.check_devices(camera=camera)

    def hears_ringing(self, name: str) -> None:
        """Wait until the question rings; the tab says so too."""
        expect(self.page.get_by_role("button", name=f"Répondre à {name}")).to_be_visible(timeout=WAIT_MS)
        expect(self.page).to_have_title(f"📞 {name} a une question")

    def accept(self, name: str) -> None:
        """Answer."""
        self.press(f"Répondre à {name}")

    def writes_note(self, text: str) -> None:
        """Keep two lines about the lesson."""
        self.page.get_by_label("Deux lignes pour la prochaine fois").fill(text)
        self.press("Garder cette note")


def meet(pupil: Pupil, volunteer: Volunteer, subject: str = "Maths") -> None:
    """The pupil asks, the volunteer answers: both are in the lesson."""
    pupil.ask(subject)
    volunteer.hears_ringing(pupil.link.name)
    volunteer.accept(pupil.link.name)
    pupil.is_in_lesson(with_name=volunteer.link.name)
    volunteer.is_in_lesson(with_name=pupil.link.name)
