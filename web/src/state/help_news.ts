import type { Clock } from "../protocol/clock";

const GATHER_MS = 900;
const SPOKEN = 2;

export interface News {
  readonly name: string;
  readonly text: string;
}

/** How a screen reader is told of what has come, in words. */
export interface NewsWords {
  one(name: string, text: string): string;
  many(count: number, name: string): string;
}

/**
 * Gathers what comes in quick succession into one sentence for the polite live region: two messages are read out,
 * of more only their number is told. What is already there when the page opens is not news.
 */
export class Newsreader {
  private waiting: News[] = [];
  private stop = (): void => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly words: () => NewsWords,
    private readonly say: (sentence: string) => void,
  ) {}

  add(news: News): void {
    this.waiting.push(news);
    this.stop();
    this.stop = this.clock.after(GATHER_MS, () => this.tell());
  }

  private tell(): void {
    const news = this.waiting;
    this.waiting = [];
    const words = this.words();
    if (news.length <= SPOKEN) {
      this.say(news.map((one) => words.one(one.name, one.text)).join(" "));
      return;
    }
    const names = [...new Set(news.map((one) => one.name))];
    this.say(
      names.map((name) => words.many(news.filter((one) => one.name === name).length, name)).join(", "),
    );
  }
}
