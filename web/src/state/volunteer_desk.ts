import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { t } from "../i18n";
import { type AnyCode, codeOf } from "../protocol/refusal";
import type { ClientCommand, LineRow, UnfinishedNote, VolunteerView } from "../wire/messages.gen";
import type { Devices } from "./devices";
import { openRinging, type Ring, type Ringing } from "./ringing";
import { newClientId, type Session } from "./session";

export interface RingingRow {
  readonly question: string;
  readonly row: LineRow;
}

/** What a volunteer does: answer, later, not now, rest, note. */
export interface VolunteerDesk {
  readonly ring: ReadonlySignal<RingingRow | undefined>;
  readonly ringing: Ringing;
  /** The call that is being accepted. */
  readonly accepting: ReadonlySignal<string>;
  readonly refused: ReadonlySignal<AnyCode | undefined>;
  readonly note: ReadonlySignal<UnfinishedNote | undefined>;
  accept(call: string): Promise<void>;
  later(call: string): void;
  notNow(call: string): void;
  setFree(free: boolean): void;
  writeNote(wanted: UnfinishedNote, text: string): void;
  skipNote(wanted: UnfinishedNote): void;
}

/** The question that rings: the one asked for me first, then the first in line. */
export function ringingRow(view: VolunteerView): RingingRow | undefined {
  const rows = Object.entries(view.line).filter(([, row]) => row.ringing && !row.taken_by);
  rows.sort(([, a], [, b]) => Number(b.for_me) - Number(a.for_me) || a.rank - b.rank);
  const [first] = rows;
  return first && { question: first[0], row: first[1] };
}

export function openVolunteerDesk(
  session: Session,
  devices: Devices,
  view: ReadonlySignal<VolunteerView | undefined>,
  accepted: (call: string) => void,
  wantsCamera: () => boolean,
): VolunteerDesk {
  const accepting = signal("");
  const refused = signal<AnyCode | undefined>(undefined);
  const skipped = signal("");
  const ring = computed(() => (view.value && view.value.lesson === "" ? ringingRow(view.value) : undefined));
  const words = computed((): Ring | undefined => {
    const row = ring.value?.row;
    if (!row) return undefined;
    const name = view.value?.pupils[row.pupil]?.name ?? "";
    const say = t.value.volunteer;
    const subject = t.value.subjects[row.subject] ?? "";
    return { call: row.call, tab: say.tabRings(name), notification: say.notification(name, subject) };
  });
  const ringing = openRinging(words);

  /** Small acts: at once or not at all; the view shows how it is. */
  function act(command: ClientCommand): void {
    refused.value = undefined;
    session.send(command).catch((error: unknown) => {
      refused.value = codeOf(error);
    });
  }

  async function accept(call: string): Promise<void> {
    if (accepting.peek()) return;
    accepting.value = call;
    refused.value = undefined;
    // Within the gesture, and while the server decides: the microphone is ready when the answer comes.
    void devices.open("microphone");
    if (wantsCamera()) void devices.open("camera");
    try {
      await session.send({ type: "call.accept", call });
      accepted(call);
    } catch (error) {
      refused.value = codeOf(error);
      devices.close("microphone");
      devices.close("camera");
    } finally {
      accepting.value = "";
    }
  }

  return {
    ring,
    ringing,
    accepting,
    refused,
    note: computed(() => {
      const wanted = view.value?.note_wanted;
      return wanted && wanted.lesson !== skipped.value ? wanted : undefined;
    }),
    accept,
    later: (call) => act({ type: "call.later", call }),
    notNow: (call) => act({ type: "call.not_now", call }),
    setFree: (free) => act({ type: "volunteer.set_free", free }),
    writeNote: (wanted, text) => {
      skipped.value = wanted.lesson;
      session.outbox.add(newClientId(), `note:${wanted.lesson}`, {
        type: "lesson.write_note",
        lesson: wanted.lesson,
        text,
      });
    },
    skipNote: (wanted) => {
      skipped.value = wanted.lesson;
      // An empty note is an answer too: the question does not come back on the next page.
      act({ type: "lesson.write_note", lesson: wanted.lesson, text: "" });
    },
  };
}
