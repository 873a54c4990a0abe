/** Milliseconds until the next attempt: doubles from 0.4 s to 15 s, half of it random, so that a class does not come back in step. */
export function backoff(attempt: number, random: () => number): number {
  const whole = Math.min(15_000, 400 * 2 ** Math.min(attempt, 10));
  return whole / 2 + (whole / 2) * random();
}
