import { expect, test } from "vitest";
import { troubleOf } from "../../src/state/devices";
import { loudness } from "../../src/state/level";
import { fitted } from "../../src/state/photo";
import { ringingRow } from "../../src/state/volunteer_desk";
import type { LineRow, VolunteerView } from "../../src/wire/messages.gen";

test("each way in which a device fails has a name; a refusal differs from a block by the system", () => {
  expect(troubleOf("NotAllowedError", false)).toBe("refused");
  expect(troubleOf("NotAllowedError", true)).toBe("blocked");
  expect(troubleOf("NotFoundError", false)).toBe("missing");
  expect(troubleOf("OverconstrainedError", false)).toBe("missing");
  expect(troubleOf("NotReadableError", true)).toBe("in_use");
  expect(troubleOf("", false)).toBe("unknown");
});

test("a photo is shrunk to 1600 on its longer side, and never enlarged", () => {
  expect(fitted(4000, 3000)).toEqual({ width: 1600, height: 1200 });
  expect(fitted(1500, 3000)).toEqual({ width: 800, height: 1600 });
  expect(fitted(640, 480)).toEqual({ width: 640, height: 480 });
});

test("silence is nothing, a full wave is one", () => {
  expect(loudness(new Float32Array(64))).toBe(0);
  expect(loudness(new Float32Array(64).fill(1))).toBeCloseTo(1);
  expect(loudness(new Float32Array(64).fill(0.001))).toBeCloseTo(0, 1);
});

function row(rank: number, change: Partial<LineRow> = {}): LineRow {
  return {
    call: `c${rank}`,
    pupil: `p${rank}`,
    rank,
    subject: "maths",
    words: "",
    photo: "",
    asked_at: 0,
    lessons_today: 0,
    for_me: false,
    ringing: true,
    here: true,
    taken_by: "",
    ...change,
  };
}

function ringing(...rows: LineRow[]): string | undefined {
  const line = Object.fromEntries(rows.map((one) => [`q${one.rank}`, one]));
  return ringingRow({ line } as unknown as VolunteerView)?.row.call;
}

test("what rings first: asked for me, then the first in line; what is taken rings no more", () => {
  expect(ringing(row(2), row(1))).toBe("c1");
  expect(ringing(row(1), row(2, { for_me: true }))).toBe("c2");
  expect(ringing(row(1, { taken_by: "Jeanne" }), row(2))).toBe("c2");
  expect(ringing(row(1, { ringing: false }))).toBeUndefined();
});
