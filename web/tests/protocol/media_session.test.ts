import { beforeEach, expect, test } from "vitest";
import type { Browser } from "../../src/protocol/media/leg";
import { type MediaNow, MediaSession } from "../../src/protocol/media/session";
import { Refusal } from "../../src/protocol/refusal";
import type { AnswerOf, ClientCommand } from "../../src/wire/messages.gen";
import { ManualClock, settle } from "./manual_clock";

/** The seam to the browser: remembers what the session asks of it. */
class SeamPeer extends EventTarget {
  connectionState: RTCPeerConnectionState = "new";
  localDescription: { sdp: string } | null = null;
  added: { kind: string; direction: string; rids: (string | undefined)[] }[] = [];
  replaced: string[] = [];
  /** What gives way on a poor network, and which layers are sent, each time that it is set. */
  parameters: string[] = [];
  restarts = 0;
  closed = false;
  readonly stats = new Map<string, unknown>();

  addTransceiver(kind: string, init: RTCRtpTransceiverInit): unknown {
    const mid = String(this.added.length);
    this.added.push({
      kind,
      direction: init.direction ?? "",
      rids: (init.sendEncodings ?? []).filter((one) => one.active ?? true).map((one) => one.rid),
    });
    const sender = {
      track: null as unknown,
      replaceTrack: (track: unknown) => {
        this.replaced.push(`${mid} ${track ? "track" : "nothing"}`);
        sender.track = track;
        return Promise.resolve();
      },
      // As Chromium after an answer: all layers active.
      getParameters: () => ({
        encodings: (init.sendEncodings ?? []).map((one) => ({ ...one, active: true })),
      }),
      setParameters: (wanted: RTCRtpSendParameters) => {
        const active = wanted.encodings.filter((one) => one.active).map((one) => one.rid);
        this.parameters.push(`${wanted.degradationPreference} ${active.join(" ")}`);
        return Promise.resolve();
      },
    };
    return { sender, mid, setCodecPreferences: () => undefined };
  }
  getTransceivers(): { mid: string }[] {
    return this.added.map((_, index) => ({ mid: String(index) }));
  }
  setLocalDescription(): Promise<void> {
    this.localDescription = { sdp: `offer ${this.restarts}` };
    return Promise.resolve();
  }
  setRemoteDescription(): Promise<void> {
    return Promise.resolve();
  }
  getStats(): Promise<Map<string, unknown>> {
    return Promise.resolve(this.stats);
  }
  restartIce(): void {
    this.restarts += 1;
  }
  close(): void {
    this.closed = true;
  }
  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
  arrive(mid: string): void {
    const track = Object.assign(new EventTarget(), { muted: false });
    this.dispatchEvent(Object.assign(new Event("track"), { transceiver: { mid }, track }));
  }
}

let clock: ManualClock;
let peers: SeamPeer[];
let sent: ClientCommand[];
let epoch: number;
let refuse: Refusal | undefined;
let now: MediaNow;
let taken: number;

const browser: Browser = {
  makePeer: () => {
    const peer = new SeamPeer();
    peers.push(peer);
    return peer as unknown as RTCPeerConnection;
  },
  makeStream: () => ({}) as MediaStream,
  codecs: () => [],
};

function session(): MediaSession {
  return new MediaSession("c", {
    clock,
    random: () => 1,
    browser,
    send: <C extends ClientCommand>(command: C) => {
      sent.push(command);
      if (refuse) return Promise.reject(refuse);
      return Promise.resolve({ epoch, join: 1, sdp: "answer" } as unknown as AnswerOf[C["type"]]);
    },
    changed: (media) => {
      now = media;
    },
    elsewhere: () => {
      taken += 1;
    },
  });
}

const types = (): string[] => sent.map((command) => command.type);
const peer = (index: number): SeamPeer => {
  const one = peers[index];
  if (!one) throw new Error(`no peer ${index}`);
  return one;
};

beforeEach(() => {
  clock = new ManualClock();
  [peers, sent, epoch, refuse, taken] = [[], [], 1, undefined, 0];
});

async function connected(): Promise<MediaSession> {
  const media = session();
  media.start();
  await settle();
  peer(0).become("connected");
  return media;
}

test("the offer: fifteen sections, of the camera only the full layer active", async () => {
  await connected();
  expect(peer(0).added).toHaveLength(15);
  expect(peer(0).added.slice(0, 3)).toEqual([
    { kind: "audio", direction: "sendonly", rids: [] },
    { kind: "video", direction: "sendonly", rids: ["f"] },
    { kind: "video", direction: "sendonly", rids: [undefined] },
  ]);
  expect(
    peer(0)
      .added.slice(3)
      .every((one) => one.direction === "recvonly"),
  ).toBe(true);
  expect(now.state).toBe("up");
});

test("prewarmed without tracks; later tracks are attached and nothing is negotiated", async () => {
  const media = await connected();
  expect(peer(0).replaced).toEqual([]);
  media.setTracks({ microphone: {} as MediaStreamTrack, camera: {} as MediaStreamTrack });
  await settle();
  expect(peer(0).replaced).toEqual(["0 track", "1 track"]);
  media.setTracks({ microphone: null });
  await settle();
  expect(peer(0).replaced.slice(2)).toEqual(["0 nothing", "1 nothing"]);
  expect(types()).toEqual(["call.join"]);
});

test("the picture keeps its size for two seconds; only the full layer is sent", async () => {
  const media = await connected();
  expect(peer(0).parameters).toEqual(["maintain-resolution f"]);
  await clock.advance(10_000);
  media.setTracks({ camera: {} as MediaStreamTrack });
  await clock.advance(1_900);
  expect(peer(0).parameters).toHaveLength(1);
  await clock.advance(200);
  expect(peer(0).parameters.slice(1)).toEqual(["balanced f"]);
});

test("not connected after ten seconds: ICE restart, then a fresh connection, with each failure counted", async () => {
  const media = session();
  media.start();
  await clock.advance(10_100);
  expect(now).toMatchObject({ state: "mending", failures: 1 });
  expect(types()).toEqual(["call.join", "call.restart_ice"]);
  await clock.advance(10_100);
  expect(now).toMatchObject({ failures: 2 });
  await clock.advance(2_000);
  expect(types()).toEqual(["call.join", "call.restart_ice", "call.join"]);
  expect(peers).toHaveLength(2);
  peer(1).become("connected");
  expect(now).toMatchObject({ state: "up", failures: 0 });
  expect(peer(0).closed).toBe(true);
  media.close();
  expect(peer(1).closed).toBe(true);
});

test("connected before our own steps are done: up, and no ICE restart later", async () => {
  const media = session();
  media.start();
  peer(0).connectionState = "connected";
  await clock.advance(11_000);
  expect(now).toMatchObject({ state: "up", failures: 0 });
  expect(types()).toEqual(["call.join"]);
  media.close();
});

test("a short disconnection is waited out, a failure is mended at once", async () => {
  await connected();
  peer(0).become("disconnected");
  await clock.advance(2_000);
  peer(0).become("connected");
  await clock.advance(5_000);
  expect(types()).toEqual(["call.join"]);
  peer(0).become("failed");
  await settle();
  expect(types()).toEqual(["call.join", "call.restart_ice"]);
  expect(peer(0).restarts).toBe(1);
  expect(now.state).toBe("mending");
});

test("a higher epoch: a second join, the first connection goes on until the second is up", async () => {
  const media = await connected();
  epoch = 2;
  media.expect({ epoch: 2, join: 0, together: true, sound: true, picture: true });
  await settle();
  expect(peers).toHaveLength(2);
  expect(peer(0).closed).toBe(false);
  peer(1).become("connected");
  expect(peer(0).closed).toBe(true);
  media.expect({ epoch: 2, join: 0, together: true, sound: true, picture: true });
  await settle();
  expect(peers).toHaveLength(2);
});

test("another page of this person joins: this one closes and does not take the call back", async () => {
  const media = await connected();
  media.expect({ epoch: 1, join: 1, together: true, sound: true, picture: true });
  expect([now.state, taken]).toEqual(["up", 0]);
  media.expect({ epoch: 1, join: 2, together: true, sound: true, picture: true });
  expect([now.state, taken]).toEqual(["closed", 1]);
  expect(peer(0).closed).toBe(true);
  await clock.advance(60_000);
  expect(types().filter((type) => type === "call.join")).toHaveLength(1);
});

test("my own join that was not answered is not taken for another page", async () => {
  const media = await connected();
  refuse = new Refusal("timeout");
  media.again();
  await settle();
  media.expect({ epoch: 1, join: 2, together: true, sound: true, picture: true });
  expect([now.state, taken]).toEqual(["waiting", 0]);
});

test("ready is told once, with the first sound or picture", async () => {
  const media = await connected();
  media.expect({ epoch: 1, join: 0, together: true, sound: true, picture: false });
  expect(types()).not.toContain("call.ready");
  peer(0).arrive("3");
  peer(0).arrive("6");
  expect(types().filter((type) => type === "call.ready")).toHaveLength(1);
  expect([...now.tracks.keys()]).toEqual(["3", "6"]);
});

test("nothing is to be heard or seen: the connection itself is ready", async () => {
  const media = await connected();
  media.expect({ epoch: 1, join: 0, together: true, sound: false, picture: false });
  expect(types()).toContain("call.ready");
});

test("six seconds of silence while the other sends: told once", async () => {
  const media = await connected();
  media.expect({ epoch: 1, join: 0, together: true, sound: true, picture: true });
  await clock.advance(20_000);
  expect(types().filter((type) => type === "call.media_lost")).toHaveLength(1);
});

test("waiting, prewarmed: neither ready nor silent", async () => {
  const media = await connected();
  media.expect({ epoch: 1, join: 0, together: false, sound: false, picture: false });
  await clock.advance(60_000);
  expect(types()).toEqual(["call.join"]);
  media.expect({ epoch: 1, join: 0, together: true, sound: true, picture: true });
  await clock.advance(5_000);
  expect(types()).not.toContain("call.media_lost");
});

test("no silence is reported when the other sends nothing", async () => {
  const media = await connected();
  media.expect({ epoch: 1, join: 0, together: true, sound: false, picture: false });
  await clock.advance(20_000);
  expect(types()).not.toContain("call.media_lost");
});

test("refused: the reason is shown and it is tried again", async () => {
  refuse = new Refusal("no_media_server");
  const media = session();
  media.start();
  await settle();
  expect(now).toMatchObject({ state: "waiting", code: "no_media_server", failures: 1 });
  refuse = undefined;
  await clock.advance(1_000);
  peer(1).become("connected");
  expect(now.state).toBe("up");
  expect(now.code).toBeUndefined();
  media.close();
});
