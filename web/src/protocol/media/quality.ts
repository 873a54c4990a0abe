/** What one look at getStats tells, summed over sections; counters since the beginning of the leg. */
export interface Look {
  /** Milliseconds. */
  readonly at: number;
  readonly soundBytes: number;
  readonly pictureBytes: number;
  readonly packetsIn: number;
  readonly lostIn: number;
  /** Fraction of what I send that is lost, as the worker reports it. */
  readonly lossOut: number;
  /** Seconds. */
  readonly roundTrip: number;
  readonly overTcp: boolean;
}

export type Quality = "unknown" | "good" | "weak" | "bad";

export interface Network {
  readonly quality: Quality;
  /** Sound arrives but no picture although one is sent. */
  readonly soundOnly: boolean;
  /** Milliseconds since anything arrived. */
  readonly silentMs: number;
  readonly overTcp: boolean;
}

export const UNKNOWN: Network = { quality: "unknown", soundOnly: false, silentMs: 0, overTcp: false };

type Row = Readonly<Record<string, unknown>>;

function number(row: Row, field: string): number {
  const value = row[field];
  return typeof value === "number" ? value : 0;
}

/** Reads a stats report (W3C webrtc-stats) into the few numbers that matter. */
export function look(at: number, report: Iterable<readonly [string, unknown]>): Look {
  const rows = new Map([...report].map(([id, row]) => [id, row as Row]));
  const sum = { soundBytes: 0, pictureBytes: 0, packetsIn: 0, lostIn: 0, lossOut: 0, roundTrip: 0 };
  let overTcp = false;
  for (const row of rows.values()) {
    if (row["type"] === "inbound-rtp") {
      if (row["kind"] === "audio") sum.soundBytes += number(row, "bytesReceived");
      else sum.pictureBytes += number(row, "bytesReceived");
      sum.packetsIn += number(row, "packetsReceived");
      sum.lostIn += Math.max(0, number(row, "packetsLost"));
    } else if (row["type"] === "remote-inbound-rtp") {
      sum.lossOut = Math.max(sum.lossOut, number(row, "fractionLost"));
    } else if (
      row["type"] === "candidate-pair" &&
      row["nominated"] === true &&
      row["state"] === "succeeded"
    ) {
      sum.roundTrip = number(row, "currentRoundTripTime");
      overTcp = rows.get(String(row["localCandidateId"]))?.["protocol"] === "tcp";
    }
  }
  return { at, ...sum, overTcp };
}

function grade(loss: number, roundTrip: number): Quality {
  if (loss > 0.12 || roundTrip > 0.9) return "bad";
  return loss > 0.04 || roundTrip > 0.4 ? "weak" : "good";
}

const ORDER: readonly Quality[] = ["unknown", "good", "weak", "bad"];

/** Puts two looks side by side. Worse is said at once, better only after it held for `CALM` looks. */
export class Judge {
  private before: Look | undefined;
  private heardAt: number | undefined;
  private shown: Quality = "unknown";
  private better = 0;
  private noPicture = 0;

  /** Silence counts only while something is `due`; `picture` tells whether one is. */
  judge(now: Look, picture: boolean, due: boolean): Network {
    const before = this.before;
    this.before = now;
    if (!due) this.heardAt = now.at;
    this.heardAt ??= now.at;
    if (!before) return { ...UNKNOWN, overTcp: now.overTcp };
    const sound = now.soundBytes - before.soundBytes;
    const seen = now.pictureBytes - before.pictureBytes;
    if (sound + seen > 0) this.heardAt = now.at;
    this.noPicture = picture && sound > 0 && seen === 0 ? this.noPicture + 1 : 0;
    this.settle(grade(lossBetween(before, now), now.roundTrip));
    return {
      quality: this.shown,
      soundOnly: this.noPicture >= 2,
      silentMs: now.at - this.heardAt,
      overTcp: now.overTcp,
    };
  }

  private settle(grade: Quality): void {
    if (ORDER.indexOf(grade) >= ORDER.indexOf(this.shown)) {
      this.shown = grade;
      this.better = 0;
    } else if (++this.better >= CALM) {
      this.shown = grade;
      this.better = 0;
    }
  }
}

const CALM = 3;

function lossBetween(before: Look, now: Look): number {
  const lost = Math.max(0, now.lostIn - before.lostIn);
  const all = lost + Math.max(0, now.packetsIn - before.packetsIn);
  // Below 20 packets a single one would look like a storm.
  const inward = all >= 20 ? lost / all : 0;
  return Math.max(inward, now.lossOut);
}
