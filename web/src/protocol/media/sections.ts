/** The sections of every browser's offer, in this order (docs/protocol.md section 6). */
export interface Section {
  readonly mid: string;
  readonly kind: "audio" | "video";
  readonly sends: "microphone" | "camera" | "screen" | undefined;
}

function sections(): Section[] {
  const own: Section[] = [
    { mid: "0", kind: "audio", sends: "microphone" },
    { mid: "1", kind: "video", sends: "camera" },
    { mid: "2", kind: "video", sends: "screen" },
  ];
  const received: Section[] = [];
  for (let mid = 3; mid <= 14; mid += 1) {
    received.push({ mid: String(mid), kind: mid <= 5 ? "audio" : "video", sends: undefined });
  }
  return [...own, ...received];
}

export const SECTIONS: readonly Section[] = sections();
export type Source = "microphone" | "camera" | "screen";

/** Three sizes of the camera; with two people only the full one is active. */
export const CAMERA_LAYERS: readonly RTCRtpEncodingParameters[] = [
  { rid: "q", active: false, scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: "h", active: false, scaleResolutionDownBy: 2, maxBitrate: 450_000 },
  { rid: "f", active: true, scaleResolutionDownBy: 1, maxBitrate: 1_200_000 },
];

/** Text on a shared screen must stay sharp: bits before frames. */
export const SCREEN_LAYERS: readonly RTCRtpEncodingParameters[] = [
  { maxBitrate: 1_500_000, maxFramerate: 10 },
];

/** Opus; VP8 with its repair, or H264 where a browser has no VP8. Fewer codecs make a smaller offer. */
export function wantedCodecs(kind: "audio" | "video", known: readonly RTCRtpCodec[]): RTCRtpCodec[] {
  const named = (name: string): RTCRtpCodec[] =>
    known.filter((codec) => codec.mimeType.toLowerCase() === name.toLowerCase());
  if (kind === "audio") return named("audio/opus");
  const picture = named("video/VP8").length > 0 ? named("video/VP8") : named("video/H264");
  return picture.length > 0 ? [...picture, ...named("video/rtx")] : [];
}
