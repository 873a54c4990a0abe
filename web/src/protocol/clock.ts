/** Time as a seam: tests pass a manual one. */
export interface Clock {
  /** Milliseconds, only differences matter. */
  now(): number;
  /** Runs `act` once after `ms`; the returned function takes it back. */
  after(ms: number, act: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};
