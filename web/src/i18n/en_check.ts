import type { checkFr } from "./fr_check";

export const checkEn: typeof checkFr = {
  title: "Sound and picture",
  lead: (tu) =>
    tu
      ? "Before your first question, let us check that everything works. One minute, three steps."
      : "Let us check that everything works. One minute, three steps.",
  step: (number) => `Step ${number} of 3`,
  hear: "I hear",
  heard: "I am heard",
  seen: "I am seen",
  done: "done",
  hearAsk: () => "Press, and listen to the little tune.",
  playTone: "Listen",
  playAgain: "Listen again",
  didYouHear: () => "Did you hear it?",
  heardYes: "Yes, I hear it",
  heardNo: "No, nothing",
  noSoundHelp: () => [
    "Turn up the volume of the device.",
    "If a headset is plugged in, unplug it or put it on.",
    "On a phone or tablet, turn off silent mode.",
  ],
  continueAnyway: "Continue anyway",
  micAsk: () => "The browser will ask whether it may use the microphone. Answer “Allow”.",
  micStart: "Try the microphone",
  micSpeak: () => "Say something: the bar should move.",
  micLevel: "Microphone level",
  micHeard: "You are heard well.",
  micHeardAdult: "You are heard well.",
  micSilent: () => "Nothing is heard. Speak a little louder, or choose another microphone.",
  micGood: "Continue",
  microphone: "Microphone",
  camera: "Camera",
  noMic: (tu) => (tu ? "Continue without a microphone, in writing" : "Continue without a microphone"),
  camAsk: (tu) =>
    tu
      ? "You do not have to use the camera. The volunteer can help without seeing you."
      : "The pupil will be glad to see you. The camera is not required.",
  camStart: "Try the camera",
  camPreview: "Picture of the camera",
  camGood: "I am seen, all good",
  camSkip: "Without camera",
  finish: "Finish",
  ready: () => "Everything is ready.",
  redo: "Again",
  device: (index) => `Device ${index}`,
  trouble: {
    microphone: {
      refused: "The microphone was refused.",
      blocked: "The device itself blocks the microphone for this browser.",
      missing: "No microphone was found.",
      in_use: "The microphone is already used by another program.",
      insecure: "The browser does not open the microphone here: the address must begin with https.",
      unknown: "The microphone could not start.",
    },
    camera: {
      refused: "The camera was refused.",
      blocked: "The device itself blocks the camera for this browser.",
      missing: "No camera was found.",
      in_use: "The camera is already used by another program.",
      insecure: "The browser does not open the camera here: the address must begin with https.",
      unknown: "The camera could not start.",
    },
  },
  remedy: {
    refused: {
      chromium:
        "Press the icon to the left of the page’s address, then “Microphone” or “Camera”, and choose “Allow”. Then try again.",
      firefox: "Press the crossed-out icon near the page’s address and clear the refusal. Then try again.",
      safari:
        "Open the “aA” menu or Safari › Settings for this website, and set Microphone and Camera to “Allow”. Then try again.",
      other: "Open the browser’s settings for this page and allow microphone and camera. Then try again.",
    },
    blocked: {
      windows: "Windows: Settings › Privacy › Microphone (or Camera), and allow the browser.",
      mac: "Mac: System Settings › Privacy & Security › Microphone (or Camera), and tick the browser.",
      phone: "Phone or tablet: Settings › Apps › the browser › Permissions, and allow.",
      other: "In the settings of the device, allow the browser to use microphone and camera.",
    },
    missing: "Plug in a headset or a webcam, then try again.",
    in_use: "Close other calls or programs (Zoom, WhatsApp, Teams…), then try again.",
    insecure: "Ask the person who looks after the site for an https address.",
    unknown: "Unplug the device and plug it in again, or restart the browser, then try again.",
  },
};
