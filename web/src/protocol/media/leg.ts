import type { Clock } from "../clock";
import { Refusal } from "../refusal";
import { CAMERA_LAYERS, SCREEN_LAYERS, SECTIONS, type Section, type Source, wantedCodecs } from "./sections";

/** The parts of the browser that a leg uses; tests lend others. */
export interface Browser {
  readonly makePeer: () => RTCPeerConnection;
  /** Own microphone and camera share it, so that others see lips and hear voice together. */
  readonly makeStream: () => MediaStream;
  readonly codecs: (kind: "audio" | "video") => readonly RTCRtpCodec[];
}

export interface LegEvents {
  connected(): void;
  broken(): void;
  /** Media arrives, or stopped arriving, in the section `mid`. */
  track(mid: string, track: MediaStreamTrack): void;
  /** The first packet of anything has arrived. */
  heard(): void;
}

export type Tracks = Readonly<Partial<Record<Source, MediaStreamTrack | null>>>;

/** How long the picture keeps its size at the beginning, whatever the estimate of the network says. */
const HOLD_MS = 2_000;

function layersOf(section: Section): RTCRtpEncodingParameters[] {
  if (section.sends === "camera") return CAMERA_LAYERS.map((layer) => ({ ...layer }));
  return section.sends === "screen" ? SCREEN_LAYERS.map((layer) => ({ ...layer })) : [];
}

/** One RTCPeerConnection with the fixed sections: one offer, one answer, then only ICE restarts. */
export class Leg {
  readonly peer: RTCPeerConnection;
  private readonly senders = new Map<Source, RTCRtpSender>();
  private held = false;
  private wanted: Tracks = {};

  constructor(
    browser: Browser,
    private readonly events: LegEvents,
    private readonly clock: Clock,
  ) {
    this.peer = browser.makePeer();
    const stream = browser.makeStream();
    for (const section of SECTIONS) this.addSection(section, browser, stream);
    this.peer.addEventListener("connectionstatechange", () => this.connectionChanged());
    this.peer.addEventListener("track", (event) => this.arrived(event));
  }

  /** The complete offer. Host candidates suffice: the worker has a public address and finds ours by itself. */
  async offer(): Promise<string> {
    await this.peer.setLocalDescription();
    const sdp = this.peer.localDescription?.sdp ?? "";
    const inOrder = this.peer.getTransceivers().every((one, index) => one.mid === String(index));
    if (!inOrder) throw new Refusal("bad_offer", "sections are not in order");
    return sdp;
  }

  /** A new offer with new ICE credentials and the same keys. */
  async restartOffer(): Promise<string> {
    this.peer.restartIce();
    return this.offer();
  }

  async answer(sdp: string): Promise<void> {
    await this.peer.setRemoteDescription({ type: "answer", sdp });
    await this.setCamera("maintain-resolution");
    this.held = true;
  }

  /** Attaches, replaces or takes away what is sent; never negotiates. Of two calls under way the later one holds. */
  async setTracks(tracks: Tracks): Promise<void> {
    this.wanted = tracks;
    for (const [source, sender] of this.senders) {
      const track = this.wanted[source] ?? null;
      if (sender.track === track) continue;
      await sender.replaceTrack(track);
      if (source === "camera" && track) this.letGo();
    }
  }

  /**
   * Which layers are sent, and what gives way on a poor network.
   *
   * Chromium forgets which layers were inactive when the answer comes. And it starts a lone layer at a quarter of its
   * size and grows for a quarter of a minute, unless the size is held until its estimate of the network has grown.
   */
  private async setCamera(preference: RTCDegradationPreference): Promise<void> {
    const camera = this.senders.get("camera");
    if (!camera) return;
    const parameters = camera.getParameters();
    for (const encoding of parameters.encodings) {
      const layer = CAMERA_LAYERS.find((one) => one.rid === encoding.rid);
      if (layer) encoding.active = layer.active ?? true;
    }
    // A browser that cannot do this sends as it likes: better than no picture.
    await camera.setParameters({ ...parameters, degradationPreference: preference }).catch(() => undefined);
  }

  private letGo(): void {
    if (!this.held) return;
    this.held = false;
    this.clock.after(HOLD_MS, () => void this.setCamera("balanced"));
  }

  close(): void {
    this.peer.close();
  }

  private addSection(section: Section, browser: Browser, stream: MediaStream): void {
    const direction = section.sends ? "sendonly" : "recvonly";
    const layers = layersOf(section);
    const streams = section.sends && section.sends !== "screen" ? [stream] : [];
    const transceiver = this.peer.addTransceiver(section.kind, {
      direction,
      streams,
      ...(layers.length > 0 && { sendEncodings: layers }),
    });
    const codecs = wantedCodecs(section.kind, browser.codecs(section.kind));
    if (codecs.length > 0) transceiver.setCodecPreferences(codecs);
    if (section.sends) this.senders.set(section.sends, transceiver.sender);
  }

  private connectionChanged(): void {
    const state = this.peer.connectionState;
    if (state === "connected") this.events.connected();
    else if (state === "failed" || state === "disconnected") this.events.broken();
  }

  private arrived(event: RTCTrackEvent): void {
    const mid = event.transceiver.mid;
    if (mid === null) return;
    this.events.track(mid, event.track);
    if (!event.track.muted) this.events.heard();
    event.track.addEventListener("unmute", () => this.events.heard());
  }
}
