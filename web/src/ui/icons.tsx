const PATHS = {
  camera: "M4 7h10a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2zm12 4 5-3v8l-5-3",
  cameraOff:
    "M4 7h10a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2zm12 4 5-3v8l-5-3M3 3l18 18",
  microphone: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4M9 21h6",
  microphoneOff:
    "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4M9 21h6M3 3l18 18",
  hangUp: "M3 14c5-5 13-5 18 0l-2.500 3-4-1.500v-2.500a10 10 0 0 0-5 0v2.500L5.500 17z",
  call: "M6 3h3l2 5-2.500 1.500a11 11 0 0 0 6 6L16 13l5 2v3a2 2 0 0 1-2.200 2A17 17 0 0 1 4 5.200 2 2 0 0 1 6 3z",
  photo:
    "M4 6h3l2-2h6l2 2h3a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zM12 9a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
  picture:
    "M4 5h16a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM3 17l5-5 4 4 3-3 6 5M16 9h.01",
  clock: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v4l3 2",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15zM10 20h4",
  chat: "M5 5h14a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z",
  check: "M4 12.500l5 5L20 6.500",
  sound: "M4 9v6h4l5 4V5L8 9zM16.500 8.500a5 5 0 0 1 0 7M19 6a8.500 8.500 0 0 1 0 12",
  zoomIn: "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM16 16l5 5M8 11h6M11 8v6",
  zoomOut: "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM16 16l5 5M8 11h6",
  expand: "M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5",
  rotate: "M20 11a8 8 0 1 0-2.300 6.500M20 5v6h-6",
  help: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM9.500 9.500a2.500 2.500 0 1 1 3.500 2.300c-.7.4-1 .9-1 1.700M12 17h.01",
  send: "M4 12l16-7-6 16-3-7z",
  hand: "M7 12V6.500a1.500 1.500 0 0 1 3 0V11 4.500a1.500 1.500 0 0 1 3 0V11 6a1.500 1.500 0 0 1 3 0v6 -2a1.500 1.500 0 0 1 3 0v4a7 7 0 0 1-7 7c-3 0-4.500-1-6-3l-3-4.500a1.600 1.600 0 0 1 2.500-2z",
  attach:
    "M20 11l-8.500 8.500a5 5 0 0 1-7-7L13 4a3.400 3.400 0 0 1 4.800 4.800l-8.500 8.500a1.700 1.700 0 0 1-2.400-2.400L14.500 7.500",
  forward: "M9 5l7 7-7 7",
  down: "M12 4v15M5 12l7 7 7-7",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  together: "M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM2 20a6 6 0 0 1 12 0M16 8a3 3 0 1 1 0 6M17 14a6 6 0 0 1 5 6",
  document: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
  cross: "M6 6l12 12M18 6L6 18",
  phone: "M7 2h10a1 1 0 0 1 1 1v18a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1zM11 19h2",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4 21a8 8 0 0 1 16 0",
  french: "M5 4h9a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h9M9 8h4",
  maths: "M5 8h6M8 5v6M14.500 8h5M5.500 14.500l5 5M10.500 14.500l-5 5M14.500 15.500h5M14.500 19h5",
  history: "M4 20h16M5 20V10M10 20V10M14 20V10M19 20V10M3 10h18L12 4z",
  english:
    "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM4 12h16M12 4c3 2.500 3 13.500 0 16M12 4c-3 2.500-3 13.500 0 16",
  science: "M10 3h4M11 3v6l-6 10a1.500 1.500 0 0 0 1.300 2h11.400a1.500 1.500 0 0 0 1.300-2L13 9V3M8 15h8",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  menu: "M4 7h16M4 12h16M4 17h16",
  keyboard: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M18 10h.01M7 14h10",
  other: "M8.500 9a3.500 3.500 0 1 1 5.300 3c-1.200.8-1.800 1.500-1.800 3M12 19h.01",
} as const;

export type IconName = keyof typeof PATHS;

/** A line drawing that repeats what words beside it say: hidden from screen readers. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
