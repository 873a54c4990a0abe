import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import { type AnyCode, codeOf } from "../protocol/refusal";
import { type Call, openCall } from "./call";
import type { Thread } from "./desk_thread";
import type { Devices } from "./devices";
import { follow } from "./follow";
import type { Session } from "./session";
import { recall, remember } from "./storage";

const LINGER_MS = 3_000;

/** Which conversation a call belongs to. */
export interface CallOf {
  readonly conversation: string;
  readonly call: string;
}

/** The video call of the desk: at most one, beside the talk it came from. */
export interface DeskCalls {
  /** Mine: proposed by me, or accepted. */
  readonly mine: ReadonlySignal<CallOf | undefined>;
  readonly call: ReadonlySignal<Call | undefined>;
  /** A citizen proposes one. */
  readonly proposed: ReadonlySignal<CallOf | undefined>;
  readonly refused: ReadonlySignal<AnyCode | undefined>;
  propose(conversation: string): Promise<void>;
  accept(wanted: CallOf): Promise<void>;
  /** No, or take my proposal back. */
  decline(unwanted: CallOf): Promise<void>;
}

function callsOf(threads: readonly Thread[], me: string): (CallOf & { readonly by: string })[] {
  return threads.flatMap((thread) => {
    const view = thread.view.value;
    return view?.call && view.agent === me
      ? [{ conversation: thread.id, call: view.call, by: view.call_by }]
      : [];
  });
}

export function openDeskCalls(
  session: Session,
  devices: Devices,
  threads: ReadonlySignal<readonly Thread[]>,
  me: ReadonlySignal<string>,
): DeskCalls {
  const key = `accepted:${session.login}`;
  // Survives a reload: whoever accepted goes on, and is not asked again.
  const accepted = signal(recall(key));
  const refused = signal<AnyCode | undefined>(undefined);
  const all = computed(() => callsOf(threads.value, me.value));
  const isMine = (one: { call: string; by: string }): boolean =>
    one.by === me.value || one.call === accepted.value;
  const mine = computed(() => all.value.find(isMine));
  const call = follow(
    computed(() => mine.value?.call ?? ""),
    (id) => openCall(session, devices, id, true),
    (former) => former.leave(LINGER_MS),
  );
  effect(() => {
    const open = call.value !== undefined && !call.value.elsewhere.value;
    const camera = call.value?.cameraOn.peek() ?? false;
    untracked(() => {
      if (open) {
        void devices.open("microphone");
        if (camera) void devices.open("camera");
      } else {
        devices.close("microphone");
        devices.close("camera");
      }
    });
  });

  /** Within the gesture: the browser may ask for microphone and camera now. */
  async function withDevices(act: () => Promise<unknown>): Promise<void> {
    refused.value = undefined;
    void devices.open("microphone");
    void devices.open("camera");
    try {
      await act();
    } catch (error) {
      refused.value = codeOf(error);
      devices.close("microphone");
      devices.close("camera");
    }
  }

  return {
    mine,
    call,
    proposed: computed(() => all.value.find((one) => !isMine(one))),
    refused,
    propose: (conversation) =>
      withDevices(() => session.send({ type: "conversation.propose_call", conversation })),
    accept: (wanted) =>
      withDevices(async () => {
        await session.send({ type: "call.accept", call: wanted.call });
        remember(key, wanted.call);
        accepted.value = wanted.call;
      }),
    decline: async ({ conversation, call: unwanted }) => {
      refused.value = undefined;
      try {
        await session.send({ type: "conversation.decline_call", conversation, call: unwanted });
      } catch (error) {
        refused.value = codeOf(error);
      }
    },
  };
}
