import type { Clock } from "../protocol/clock";

const TYPING_AGAIN_MS = 4_000;
const TYPING_OVER_MS = 5_000;
const DRAFT_EVERY_MS = 400;

export interface WritingParts {
  readonly clock: Clock;
  readonly typing: (typing: boolean) => void;
  /** The whole text, for a helper's draft. Absent: only that somebody types is told. */
  readonly draft?: (text: string) => void;
}

/** Tells others of what is being written: that it is, now and then; a helper's text, as it grows. */
export class Writing {
  private told = -Infinity;
  private text = "";
  private shared = "";
  private sharing = false;
  private stopOver = (): void => undefined;

  constructor(private readonly parts: WritingParts) {}

  changed(text: string): void {
    this.text = text;
    this.share();
    if (!text.trim()) {
      this.over();
      return;
    }
    const now = this.parts.clock.now();
    if (now - this.told >= TYPING_AGAIN_MS) {
      this.told = now;
      this.parts.typing(true);
    }
    this.stopOver();
    this.stopOver = this.parts.clock.after(TYPING_OVER_MS, () => this.over());
  }

  /** Sent, left, or nothing was typed for a while. */
  over(): void {
    this.stopOver();
    if (this.told === -Infinity) return;
    this.told = -Infinity;
    this.parts.typing(false);
  }

  private share(): void {
    if (!this.parts.draft || this.sharing || this.text === this.shared) return;
    this.sharing = true;
    this.shared = this.text;
    this.parts.draft(this.text);
    this.parts.clock.after(DRAFT_EVERY_MS, () => {
      this.sharing = false;
      this.share();
    });
  }
}
