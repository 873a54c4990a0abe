"""The synthetic peer: everything a browser's RTCPeerConnection does in a call, without cameras and decoders.

It offers the fifteen sections, connects by ICE, DTLS and SRTP, sends looped VP8 and Opus, answers NACK and PLI, and
judges what it receives. Many of them live in one asyncio loop.
"""

import asyncio
import random
import secrets
import time
from collections.abc import Callable, Sequence

from aiortc import RTCCertificate

from load.blaster.leg import Leg
from load.peer import aiortc_hooks, clips, feedback, packets, reports, sdp, sections
from load.peer.connection import Connection, Events
from load.peer.decoding import Pictures
from load.peer.ice import Credentials
from load.peer.links import Loss
from load.peer.receiving import Slot
from load.peer.sections import Sending
from load.peer.sending import Stream, StreamPlan, TransportWide
from load.peer.statistics import PeerStatistics, SlotStatistics
from sfu.control import Answer, AnsweredSection, Candidate, Offer

MAINTENANCE_S = 0.025
FEEDBACK_S = 0.1
REPORT_S = 1.0
PLI_EVERY_S = 0.5

_certificate: list[RTCCertificate] = []


class SyntheticPeer:
    """One endpoint. Make it inside a running loop; ``offer``, ``connect``, ``publish``, ..., ``close``."""

    def __init__(
        self,
        *,
        stamp_id: int | None = None,
        tcp: bool = False,
        loss: Loss | None = None,
        bandwidth_bps: int | None = None,
        decode: bool = False,
    ) -> None:
        """Make a peer.

        Args:
            stamp_id: Put into the media that it sends and found again in ``SlotStatistics.occupants``; drawn when
                None.
            tcp: Use ICE-TCP instead of UDP.
            loss: Media lost on purpose; may be changed at any time.
            bandwidth_bps: Announced by REMB each second; None announces nothing.
            decode: Keep the first frames of each picture for ``frames``.
        """
        if not _certificate:
            _certificate.append(RTCCertificate.generateCertificate())
        self.stamp_id = secrets.randbits(32) if stamp_id is None else stamp_id
        self.loss = loss or Loss()
        self.bandwidth_bps = bandwidth_bps
        self._decode = decode
        self._statistics = PeerStatistics()
        self._random = random.Random()
        self._sending = Sending(
            microphone=self._draw_ssrc(),
            screen=self._draw_ssrc(),
            screen_rtx=self._draw_ssrc(),
            camera={rid: (self._draw_ssrc(), self._draw_ssrc()) for rid in sections.RIDS},
        )
        self._streams: dict[int, Stream] = {}
        self._slots: dict[int, Slot] = {}
        self._repairs: dict[int, Slot] = {}
        self._wide = TransportWide()
        self._transport_wide_id = 0
        self._arrivals: list[tuple[int, float]] = []
        self._last_wide = 0
        self._feedback_count = 0
        self._asked_keyframe: dict[int, float] = {}
        self._waiting: list[tuple[Callable[[PeerStatistics], bool], asyncio.Future[None]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._started = self._feedback_due = self._report_due = 0.0
        events = Events(self._take_rtp, self._take_rtcp, self._on_closed, self._on_refused)
        self._connection = Connection(_certificate[0], events, self.loss, tcp=tcp)
        self._incoming = reports.Incoming(
            self._statistics, self._streams, self._slots, self._connection.send_rtp
        )

    def offer(self) -> Offer:
        """Give the offer as the forwarding server takes it."""
        local = self._connection.ice.local
        return Offer(
            ice_ufrag=local.ufrag,
            ice_pwd=local.pwd,
            fingerprints=tuple(aiortc_hooks.fingerprints(_certificate[0])),
            sections=sections.build(self._sending),
        )

    def offer_sdp(self) -> str:
        """Give the offer as the signaling server takes it."""
        return sdp.write_offer(self.offer())

    async def connect(self, answer: Answer, *, timeout_s: float = 15.0) -> None:
        """Connect and begin to receive.

        Raises:
            TimeoutError: No way was found, or the handshake did not end.
            ConnectionError: The handshake failed.
        """
        self._started = time.monotonic()
        for section in answer.sections:
            self._accept(section)
        remote = Credentials(answer.ice_ufrag, answer.ice_pwd)
        async with asyncio.timeout(timeout_s):
            await self._connection.connect(remote, answer.candidates, answer.fingerprint)
        self._statistics.connected_after_s = time.monotonic() - self._started
        self._pace()

    async def connect_sdp(self, text: str, *, timeout_s: float = 15.0) -> None:
        """Connect by the SDP of an answer; as ``connect``.

        Raises:
            ValueError: The answer cannot be read.
            TimeoutError, ConnectionError: As ``connect``.
        """
        await self.connect(sdp.read_answer(text), timeout_s=timeout_s)

    def publish(
        self, *, audio: bool | None = None, video: Sequence[str] | None = None, screen: bool | None = None
    ) -> None:
        """Say what is sent from now on; None leaves a source as it is.

        Args:
            audio: The microphone.
            video: The active layers of the camera: any of ``q``, ``h``, ``f``; empty to stop.
            screen: The screen.
        """
        if audio is not None:
            self._set("microphone", "", 0, active=audio)
        if video is not None:
            for index, rid in enumerate(sections.RIDS):
                self._set("camera", rid, index + 1, active=rid in video)
        if screen is not None:
            self._set("screen", "", 0, active=screen)

    def statistics(self) -> PeerStatistics:
        """Give the live counters."""
        return self._statistics

    def frames(self) -> list[list[bytes]]:
        """Give the first whole frames of each picture that came, if they were kept."""
        kept = [slot.pictures.frames() for slot in self._slots.values() if slot.pictures]
        return [frames for frames in kept if frames]

    async def until(self, condition: Callable[[PeerStatistics], bool], *, timeout_s: float = 10.0) -> None:
        """Wait until a condition on the counters holds; it is looked at every 25 ms.

        Raises:
            TimeoutError: It did not in time.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((condition, done))
        async with asyncio.timeout(timeout_s):
            await done

    def restart_ice(self) -> tuple[str, str]:
        """Draw new credentials (ufrag, pwd) to be signaled."""
        local = self._connection.ice.renew()
        return local.ufrag, local.pwd

    async def restarted(
        self, ice_ufrag: str, ice_pwd: str, candidates: Sequence[Candidate], *, timeout_s: float = 15.0
    ) -> None:
        """Go on with the server's new credentials, from another socket.

        Raises:
            TimeoutError: No way was found.
        """
        async with asyncio.timeout(timeout_s):
            await self._connection.move(Credentials(ice_ufrag, ice_pwd), candidates)

    def detach(self) -> tuple[Leg, Sending]:
        """Stop and give the transport away, for a blaster that sends what the offer announced; then ``close``.

        Raises:
            ConnectionError: It is not connected by UDP.
        """
        self._stop()
        return self._connection.detach(), self._sending

    async def close(self) -> None:
        """Say goodbye and end."""
        self._stop()
        await self._connection.close()

    def vanish(self) -> None:
        """End without a goodbye."""
        self._stop()
        self._connection.vanish()

    def _accept(self, section: AnsweredSection) -> None:
        for extension in section.extensions:
            if extension.uri == packets.URIS[packets.TRANSPORT_WIDE]:
                self._transport_wide_id = extension.id
        if not section.accepted or section.ssrc is None or section.direction not in ("sendonly", "sendrecv"):
            return
        statistics = SlotStatistics(section.mid, section.kind)
        clock_rate = 48_000 if section.kind == "audio" else 90_000
        pictures = Pictures() if self._decode and section.kind == "video" else None
        slot = Slot(statistics, section.ssrc, section.rtx_ssrc or 0, clock_rate, pictures)
        self._statistics.slots[section.mid] = statistics
        self._slots[section.ssrc] = slot
        if section.rtx_ssrc:
            self._repairs[section.rtx_ssrc] = slot

    def _set(self, source: str, rid: str, layer: int, *, active: bool) -> None:
        mid, ssrc, rtx_ssrc = {
            "microphone": ("0", self._sending.microphone, 0),
            "screen": ("2", self._sending.screen, self._sending.screen_rtx),
        }.get(source) or ("1", *self._sending.camera[rid])
        stream = self._streams.get(ssrc)
        now = time.monotonic()
        if stream is None and active:
            payload_type = sections.VP8 if rtx_ssrc else sections.OPUS
            plan = StreamPlan(
                mid, rid, source, ssrc, rtx_ssrc, payload_type, sections.RTX, self.stamp_id, layer
            )
            clip = clips.video(rid or "f") if rtx_ssrc else clips.voice()
            stream = self._streams[ssrc] = Stream(plan, clip, self._wide, self._random, now)
            self._statistics.sending[f"camera/{rid}" if rid else source] = stream.statistics
        if stream is not None:
            stream.set_active(now, active=active)
        self._wake()

    def _wake(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._pace()

    def _pace(self) -> None:
        now = time.monotonic()
        for stream in self._streams.values():
            if stream.active and stream.next_due <= now:
                for packet in stream.send(now, time.monotonic_ns()):
                    self._connection.send_rtp(packet)
        self._maintain(now)
        dues = [stream.next_due for stream in self._streams.values() if stream.active]
        wait = min([*dues, now + MAINTENANCE_S]) - time.monotonic()
        self._timer = asyncio.get_running_loop().call_later(max(0.001, wait), self._pace)

    def _maintain(self, now: float) -> None:
        ssrc = self._sending.microphone
        for slot in self._slots.values():
            if slot.rtx_ssrc:
                self._ask_again(slot, now)
        if now >= self._feedback_due and self._arrivals:
            self._feedback_due = now + FEEDBACK_S
            self._feedback_count += 1
            arrivals, self._arrivals = self._arrivals[-500:], []
            some_slot = next(iter(self._slots))
            self._connection.send_rtcp(
                feedback.transport_wide(ssrc, some_slot, self._feedback_count, arrivals)
            )
        if now >= self._report_due:
            self._report_due = now + REPORT_S
            self._report(now)
        for waiting in list(self._waiting):
            condition, done = waiting
            if done.done() or condition(self._statistics):
                self._waiting.remove(waiting)
                if not done.done():
                    done.set_result(None)

    def _ask_again(self, slot: Slot, now: float) -> None:
        missing = slot.to_ask(now)
        if missing:
            self._connection.send_rtcp(feedback.nack(self._sending.microphone, slot.ssrc, missing))
        if slot.needs_keyframe and now >= self._asked_keyframe.get(slot.ssrc, 0.0):
            self._asked_keyframe[slot.ssrc] = now + PLI_EVERY_S
            self._connection.send_rtcp(feedback.pli(self._sending.microphone, slot.ssrc))

    def _report(self, now: float) -> None:
        for stream in self._streams.values():
            if stream.active:
                self._connection.send_rtcp(reports.sender_report(stream, "own", now))
        ssrc = self._sending.microphone
        compound = reports.receiver_report(ssrc, self._slots.values(), now)
        if self.bandwidth_bps is not None:
            compound += feedback.remb(ssrc, self.bandwidth_bps, list(self._slots)[:1])
        self._connection.send_rtcp(compound)

    def _take_rtp(self, packet: bytes, now: float) -> None:
        try:
            parsed = packets.parse(packet, self._transport_wide_id)
        except (ValueError, IndexError, packets.FormatError):
            self._statistics.malformed += 1
            return
        if self._statistics.first_media_after_s is None:
            self._statistics.first_media_after_s = now - self._started
        if parsed.transport_wide is not None:
            self._last_wide = packets.unwrap(parsed.transport_wide, self._last_wide)
            self._arrivals.append((self._last_wide, now))
        slot = self._slots.get(parsed.head.ssrc)
        if slot:
            slot.receive(parsed.head, parsed.payload, now)
        elif parsed.head.ssrc in self._repairs:
            self._repairs[parsed.head.ssrc].repair(parsed.head, parsed.payload)
        else:
            self._statistics.unknown_ssrc += 1

    def _take_rtcp(self, compound: bytes, now: float) -> None:
        self._incoming.take(compound, now)

    def _on_closed(self) -> None:
        self._statistics.closed = True

    def _on_refused(self) -> None:
        self._statistics.unprotect_failures += 1

    def _stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _draw_ssrc(self) -> int:
        return self._random.randrange(1, 1 << 32)
