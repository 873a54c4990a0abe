import { signal } from "@preact/signals";
import { recall, remember } from "./storage";

const SOUND = "comfort:sound";
const CALM = "comfort:calm";

const sound = signal(recall(SOUND) !== "off");
const calm = signal(recall(CALM) === "on");

function still(on: boolean): void {
  document.documentElement.toggleAttribute("data-calm", on);
}

/** What a person has chosen for her eyes and ears; it outlives the sign-out, for it says nothing of her. */
export const comfort = {
  sound,
  calm,
  setSound: (on: boolean): void => {
    sound.value = on;
    remember(SOUND, on ? "on" : "off");
  },
  setCalm: (on: boolean): void => {
    calm.value = on;
    remember(CALM, on ? "on" : "off");
    still(on);
  },
  /** At the start of the page. */
  apply: (): void => still(calm.value),
};
