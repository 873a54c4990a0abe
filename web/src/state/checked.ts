import { signal } from "@preact/signals";
import { recall, remember } from "./storage";

/** What the check found, by login; kept on this device. */
const found = signal<Readonly<Record<string, string>>>({});

function foundFor(login: string): string {
  return found.value[login] ?? recall(`checked:${login}`);
}

/** Sound and picture were checked on this device before. */
export function wasChecked(login: string): boolean {
  return foundFor(login) !== "";
}

export function noteChecked(login: string, camera: boolean): void {
  const result = camera ? "camera" : "sound";
  remember(`checked:${login}`, result);
  found.value = { ...found.value, [login]: result };
}

/** It has just worked in a lesson: nothing is left to check. */
export function noteWorked(login: string): void {
  if (!wasChecked(login)) noteChecked(login, cameraWanted(login));
}

/** False when the person chose to go without camera. */
export function cameraWanted(login: string): boolean {
  return foundFor(login) !== "sound";
}
