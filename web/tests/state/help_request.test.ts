import { beforeEach, expect, test } from "vitest";
import { Refusal } from "../../src/protocol/refusal";
import { openRequest, type Pending, type Request, type Wish } from "../../src/state/help_request";
import type { ClientCommand } from "../../src/wire/messages.gen";
import { ManualClock, settle } from "../protocol/manual_clock";

const WISH: Wish = {
  topic: "housing",
  words: "Which income?",
  name: "",
  language: "fr",
  pageTitle: "Form",
  pageUrl: "https://ville.example/form",
};

let clock: ManualClock;
let saved: Pending | undefined;
let sent: ClientCommand[];
let shown: string[];
let forgotten: number;
let answer: (command: ClientCommand) => Promise<unknown>;
let ids: number;

function open(): Request {
  return openRequest({
    clock,
    random: () => 1,
    newId: () => `id${(ids += 1)}`,
    send: ((command: ClientCommand) => {
      sent.push(command);
      return answer(command);
    }) as never,
    forgetLogin: () => (forgotten += 1),
    load: () => saved,
    save: (pending) => (saved = pending),
    done: (conversation) => shown.push(conversation),
  });
}

const types = (): string[] => sent.map((command) => command.type);
const clientIds = (): unknown[] => sent.map((command) => (command as { client_id: unknown }).client_id);
const works = (command: ClientCommand): Promise<unknown> =>
  Promise.resolve(command.type === "conversation.start" ? { conversation: "c1" } : {});

beforeEach(() => {
  clock = new ManualClock();
  saved = undefined;
  sent = [];
  shown = [];
  forgotten = 0;
  ids = 0;
  answer = works;
});

test("a wish is two acts, and then its conversation is shown", async () => {
  open().ask(WISH);
  await settle();
  expect(types()).toEqual(["conversation.start", "conversation.submit"]);
  expect(sent[0]).toMatchObject({ page_title: "Form", page_url: "https://ville.example/form" });
  expect(sent[1]).toMatchObject({ conversation: "c1", topic: "housing", words: "Which income?" });
  expect(shown).toEqual(["c1"]);
  expect(saved).toBeUndefined();
});

test("after a cut both acts are repeated with their own ids, and nothing is made twice", async () => {
  answer = () => Promise.reject(new Refusal("timeout"));
  open().ask(WISH);
  await settle();
  answer = works;
  await clock.advance(1_000);
  expect(types()).toEqual(["conversation.start", "conversation.start", "conversation.submit"]);
  expect(clientIds()).toEqual(["id1", "id1", "id2"]);
});

test("a reload between the two acts goes on with the second", async () => {
  answer = (command) =>
    command.type === "conversation.submit" ? new Promise(() => undefined) : works(command);
  open().ask(WISH);
  await settle();
  expect(saved).toMatchObject({ conversation: "c1", submitId: "id2" });
  answer = works;
  open();
  await settle();
  expect(types()).toEqual(["conversation.start", "conversation.submit", "conversation.submit"]);
  expect(clientIds()).toEqual(["id1", "id2", "id2"]);
  expect(shown).toEqual(["c1"]);
});

test("what is refused stays until the person tries again or gives it up", async () => {
  answer = (command) =>
    command.type === "conversation.submit" ? Promise.reject(new Refusal("too_large")) : works(command);
  const request = open();
  request.ask(WISH);
  await settle();
  await clock.advance(60_000);
  expect(request.refused.value).toBe("too_large");
  expect(request.pending.value?.words).toBe("Which income?");
  expect(types()).toEqual(["conversation.start", "conversation.submit"]);
  request.drop();
  expect(request.pending.value).toBeUndefined();
  expect(saved).toBeUndefined();
});

test("a login that has ended is made anew, and the words go with it", async () => {
  answer = () => Promise.reject(new Refusal("not_signed_in"));
  open().ask(WISH);
  await settle();
  expect(forgotten).toBe(1);
  answer = works;
  await clock.advance(1_000);
  expect(clientIds()).toEqual(["id1", "id3", "id4"]);
  expect(shown).toEqual(["c1"]);
});

test("a draft is begun to invite somebody, and submitted later with the helper's name", async () => {
  const request = open();
  request.begin(WISH);
  await settle();
  expect(types()).toEqual(["conversation.start"]);
  request.ask({ ...WISH, helper: "p2" }, "c1");
  await settle();
  expect(sent[1]).toMatchObject({ type: "conversation.submit", conversation: "c1", helper: "p2" });
});
