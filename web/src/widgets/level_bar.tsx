import { useEffect, useRef } from "preact/hooks";
import { watchLevel } from "../state/level";

const SPEECH = 0.35;

/** How loud the microphone is, as a bar that moves. */
export function LevelBar(props: { track: MediaStreamTrack; label: string; onHeard: () => void }) {
  const meter = useRef<HTMLMeterElement>(null);
  const heard = useRef(props.onHeard);
  heard.current = props.onHeard;
  useEffect(() => {
    const watch = watchLevel(props.track);
    const stop = watch.level.subscribe((level) => {
      // Straight to the element: a render for each of twelve values a second would be waste.
      if (meter.current) meter.current.value = level ?? 0;
      if (level !== undefined && level > SPEECH) heard.current();
    });
    return () => {
      stop();
      watch.stop();
    };
  }, [props.track]);
  return <meter ref={meter} class="check-level" min={0} max={1} value={0} aria-label={props.label} />;
}
