import { expect, test } from "vitest";
import { type MediaEvent, type MediaState, nextMedia, TABLE } from "../../src/protocol/media/machine";
import { Judge, type Look, look } from "../../src/protocol/media/quality";
import { SECTIONS, wantedCodecs } from "../../src/protocol/media/sections";
import { nameAt, reached, seatsOf } from "../../src/protocol/media/slots";
import type { CallView } from "../../src/wire/messages.gen";

function walk(...events: MediaEvent[]): MediaState | undefined {
  return events.reduce<MediaState | undefined>((state, event) => state && nextMedia(state, event), "idle");
}

test("the way to a connection, and the ways around trouble", () => {
  expect(walk("start", "joined", "connected")).toBe("up");
  expect(walk("start", "joined", "late")).toBe("mending");
  expect(walk("start", "joined", "late", "late", "retry", "joined", "connected")).toBe("up");
  expect(walk("start", "refused", "retry")).toBe("joining");
  expect(walk("start", "joined", "connected", "broken", "connected")).toBe("up");
  expect(walk("start", "joined", "connected", "moved", "joined")).toBe("linking");
});

test("from every state but closed one gets to up and to closed", () => {
  for (const first of Object.keys(TABLE) as MediaState[]) {
    if (first === "closed") continue;
    expect(nextMedia(first, "close")).toBe("closed");
    const seen = new Set<MediaState>([first]);
    for (const state of seen) Object.values(TABLE[state]).forEach((next) => seen.add(next));
    expect(seen).toContain("up");
  }
  expect(TABLE.closed).toEqual({});
});

test("the sections are those of the protocol", () => {
  expect(SECTIONS.map((section) => `${section.mid} ${section.kind} ${section.sends ?? "receives"}`)).toEqual([
    "0 audio microphone",
    "1 video camera",
    "2 video screen",
    ...["3", "4", "5"].map((mid) => `${mid} audio receives`),
    ...["6", "7", "8", "9", "10", "11", "12", "13", "14"].map((mid) => `${mid} video receives`),
  ]);
});

test("VP8 with its repair; H264 only where there is no VP8", () => {
  const codec = (mimeType: string): RTCRtpCodec => ({ mimeType, clockRate: 90_000 });
  const all = ["video/VP8", "video/rtx", "video/H264", "video/AV1"].map(codec);
  const names = (codecs: RTCRtpCodec[]): string[] => codecs.map((one) => one.mimeType);
  expect(names(wantedCodecs("video", all))).toEqual(["video/VP8", "video/rtx"]);
  expect(names(wantedCodecs("video", all.slice(1)))).toEqual(["video/H264", "video/rtx"]);
  expect(names(wantedCodecs("audio", ["audio/opus", "audio/red"].map(codec)))).toEqual(["audio/opus"]);
});

function view(slots: CallView["slots"]): CallView {
  const party = { here: true, microphone: true, camera: true, screen: false, speaking: false };
  return {
    call: "c",
    state: "live",
    me: "callee",
    caller: { name: "Lina", peer: "caller", ...party },
    callee: { name: "Jeanne", peer: "callee", ...party },
    epoch: 1,
    join: 1,
    slots,
    outcome: "",
    ended_by: "",
  };
}

test("a name is shown from its first frame on, and never on another's face", () => {
  const seen = view({ "6": { peer: "caller", source: "camera", timestamp: 1000 } });
  expect(nameAt(seen, "6", 999)).toBe("");
  expect(nameAt(seen, "6", 1000)).toBe("Lina");
  expect(nameAt(seen, "7", 2000)).toBe("");
  expect(nameAt(seen, "6", undefined)).toBe("Lina");
  expect(nameAt(view({ "6": { peer: "watch-1", source: "camera", timestamp: 0 } }), "6", 5)).toBe("");
});

test("RTP timestamps wrap around", () => {
  expect(reached(5, 0xffff_fff0)).toBe(true);
  expect(reached(0xffff_fff0, 5)).toBe(false);
});

test("seats tell which section holds what of a person", () => {
  const slots = {
    "3": { peer: "caller", source: "microphone", timestamp: 0 },
    "6": { peer: "caller", source: "camera", timestamp: 0 },
    "7": { peer: "someone", source: "camera", timestamp: 0 },
  };
  expect(seatsOf(slots, "caller")).toEqual({ microphone: "3", camera: "6" });
});

function moment(at: number, change: Partial<Look> = {}): Look {
  const n = at / 2000;
  return {
    at,
    soundBytes: 8000 * n,
    pictureBytes: 100_000 * n,
    packetsIn: 400 * n,
    lostIn: 0,
    lossOut: 0,
    roundTrip: 0.05,
    overTcp: false,
    ...change,
  };
}

test("a good network is called good, loss is said at once, recovery only when it holds", () => {
  const judge = new Judge();
  judge.judge(moment(0), true, true);
  expect(judge.judge(moment(2000), true, true).quality).toBe("good");
  expect(judge.judge(moment(4000, { lostIn: 100 }), true, true).quality).toBe("bad");
  const after = [6000, 8000, 10_000].map(
    (at) => judge.judge(moment(at, { lostIn: 100 }), true, true).quality,
  );
  expect(after).toEqual(["bad", "bad", "good"]);
});

test("sound without the picture that is sent is said after two looks", () => {
  const judge = new Judge();
  const still = { pictureBytes: 0 };
  const said = [0, 2000, 4000].map((at) => judge.judge(moment(at, still), true, true).soundOnly);
  expect(said).toEqual([false, false, true]);
  expect(judge.judge(moment(6000, still), false, true).soundOnly).toBe(false);
});

test("silence is measured from the last byte", () => {
  const judge = new Judge();
  judge.judge(moment(0), true, true);
  judge.judge(moment(2000), true, true);
  const dead = moment(2000);
  expect(judge.judge({ ...dead, at: 4000 }, true, true).silentMs).toBe(2000);
  expect(judge.judge({ ...dead, at: 8000 }, true, true).silentMs).toBe(6000);
});

test("a stats report is read into few numbers", () => {
  const report: [string, unknown][] = [
    ["a", { type: "inbound-rtp", kind: "audio", bytesReceived: 10, packetsReceived: 3, packetsLost: 1 }],
    ["v", { type: "inbound-rtp", kind: "video", bytesReceived: 90, packetsReceived: 4, packetsLost: -1 }],
    ["r", { type: "remote-inbound-rtp", fractionLost: 0.2 }],
    [
      "p",
      {
        type: "candidate-pair",
        nominated: true,
        state: "succeeded",
        currentRoundTripTime: 0.3,
        localCandidateId: "l",
      },
    ],
    ["l", { type: "local-candidate", protocol: "tcp" }],
  ];
  expect(look(7, report)).toEqual({
    at: 7,
    soundBytes: 10,
    pictureBytes: 90,
    packetsIn: 7,
    lostIn: 1,
    lossOut: 0.2,
    roundTrip: 0.3,
    overTcp: true,
  });
});
