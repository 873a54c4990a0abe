import { useEffect, useRef } from "preact/hooks";
import { h } from "../../i18n/help";
import { minutes } from "../../i18n/help/minutes";
import { announce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import type { ConversationView, Estimate, Waiting } from "../../wire/messages.gen";

/** A place in line is read out at most so often. */
const SPEAK_MS = 60_000;

export interface WaitCardProps {
  view: ConversationView;
  waiting: Waiting;
  /** This person can be told of the answer. */
  reachable: boolean;
  /** There is a way in which this person could be told. */
  offered: boolean;
  onLater: (later: boolean) => void;
  onReach: () => void;
  onDevice: () => void;
}

function lines(waiting: Waiting): string[] {
  const say = h.value.wait;
  const words: string[] = [];
  if (waiting.first_for && waiting.first_until) words.push(say.first(waiting.first_for, waiting.first_until));
  if (waiting.absent) words.push(say.absent(waiting.absent));
  if (!waiting.live) {
    words.push(waiting.answers_from ? say.notLive(waiting.answers_from) : say.nobody);
    return words;
  }
  words.push(waiting.ahead === 0 ? say.next : say.ahead(waiting.ahead));
  words.push(estimateWords(waiting.estimate));
  return words;
}

/** How long, and how sure that is. */
function estimateWords(estimate: Estimate | undefined): string {
  const say = h.value.wait;
  if (!estimate) return say.noEstimate;
  const { usual_s: usual, long_s: long } = estimate;
  return minutes(usual) === minutes(long) ? say.estimateShort(long) : say.estimate(usual, long);
}

/** The truth about waiting, and a way not to wait. */
export function WaitCard(props: WaitCardProps) {
  const { view, waiting, reachable, offered, onLater, onReach } = props;
  const say = h.value.wait;
  useSpokenPlace(waiting.live ? waiting.ahead : undefined);
  return (
    <section class="wait card stack" aria-labelledby="wait">
      <h2 id="wait">{say.title}</h2>
      {lines(waiting).map((line) => (
        <p key={line}>{line}</p>
      ))}
      {view.later ? (
        <>
          <p>{reachable ? say.laterOn : say.laterOnNoWay}</p>
          <div class="row">
            {!reachable && offered && (
              <Button tone="primary" icon="bell" onClick={onReach}>
                {h.value.options.notice}
              </Button>
            )}
            {!reachable && !offered && (
              <Button tone="outline" icon="phone" onClick={props.onDevice}>
                {h.value.options.device}
              </Button>
            )}
            <Button tone="outline" onClick={() => onLater(false)}>
              {say.stay}
            </Button>
          </div>
        </>
      ) : (
        <>
          <p class="soft">{say.keep}</p>
          <div class="row">
            <Button
              tone="outline"
              icon="clock"
              onClick={() => {
                onLater(true);
                if (!reachable && offered) onReach();
              }}
            >
              {say.later}
            </Button>
          </div>
        </>
      )}
    </section>
  );
}

/** Reads out how many are before, when that changes, but not all the time. */
function useSpokenPlace(ahead: number | undefined): void {
  const spoken = useRef(Date.now());
  const said = useRef(ahead);
  useEffect(() => {
    if (ahead === undefined || ahead === said.current || Date.now() - spoken.current < SPEAK_MS) return;
    spoken.current = Date.now();
    said.current = ahead;
    announce(h.value.wait.call(ahead));
  }, [ahead]);
}
