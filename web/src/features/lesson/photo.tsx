import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { t } from "../../i18n";
import { Icon, type IconName } from "../../ui/icons";
import "./photo.css";

const SIZES = [1, 1.5, 2, 3] as const;

/** The exercise, large: zoom, turn, scroll with finger, wheel or arrow keys. */
export function Photo({ address, children }: { address: string; children?: ComponentChildren }) {
  const say = t.value.lesson;
  const size = useSignal(0);
  const turn = useSignal(0);
  return (
    <figure class="sheet">
      {/* A scrolling area must be reachable by keyboard. */}
      <div class="sheet-view" tabIndex={0} role="region" aria-label={say.photoArea}>
        <div class="sheet-page" data-size={SIZES[size.value]}>
          <img src={address} alt={say.photoAlt} data-turn={turn.value} />
        </div>
      </div>
      <div class="sheet-tools">
        <Tool
          icon="zoomOut"
          words={say.zoomOut}
          off={size.value === 0}
          onClick={() => (size.value = Math.max(0, size.value - 1))}
        />
        <Tool
          icon="zoomIn"
          words={say.zoomIn}
          off={size.value === SIZES.length - 1}
          onClick={() => (size.value = Math.min(SIZES.length - 1, size.value + 1))}
        />
        <Tool
          icon="rotate"
          words={say.rotate}
          off={false}
          onClick={() => (turn.value = (turn.value + 90) % 360)}
        />
      </div>
      {children}
    </figure>
  );
}

function Tool({
  icon,
  words,
  off,
  onClick,
}: {
  icon: IconName;
  words: string;
  off: boolean;
  onClick: () => void;
}) {
  return (
    <button type="button" class="tool" aria-disabled={off || undefined} onClick={() => !off && onClick()}>
      <Icon name={icon} />
      <span>{words}</span>
    </button>
  );
}
