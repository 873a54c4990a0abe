import type { Answer, Code } from "../wire/messages.gen";

/** What the client itself knows beside the server's codes. */
export type LocalCode = "offline" | "timeout" | "aborted";
export type AnyCode = Code | LocalCode;

/** A command that was not carried out, or of which nothing is known. */
export class Refusal extends Error {
  constructor(
    readonly code: AnyCode,
    text = "",
  ) {
    super(text || code);
    this.name = "Refusal";
  }
}

const PASSING: ReadonlySet<AnyCode> = new Set(["offline", "timeout", "unavailable", "internal", "too_many"]);

/** True when the same command may succeed later without the person doing anything. */
export function passes(code: AnyCode): boolean {
  return PASSING.has(code);
}

/** The `ok` of an answer, or its error thrown. */
export function unwrap(answer: Answer): unknown {
  if (answer.error) throw new Refusal(answer.error.code, answer.error.text);
  return answer.ok ?? {};
}

/** The code of anything that was thrown. */
export function codeOf(error: unknown): AnyCode {
  return error instanceof Refusal ? error.code : "internal";
}
