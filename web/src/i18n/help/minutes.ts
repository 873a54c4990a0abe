/** Whole minutes to say for a wait, never none. */
export function minutes(seconds: number): number {
  return Math.max(1, Math.ceil(seconds / 60));
}
