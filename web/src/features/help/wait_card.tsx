import { useEffect, useRef } from "preact/hooks";
import { h } from "../../i18n/help";
import { announce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import type { ConversationView, Waiting } from "../../wire/messages.gen";

/** A place in line is read out at most so often. */
const SPEAK_MS = 60_000;

export interface WaitCardProps {
  view: ConversationView;
  waiting: Waiting;
  /** This person can be told of the answer. */
  reachable: boolean;
  onLater: (later: boolean) => void;
  onReach: () => void;
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
  const estimate = waiting.estimate;
  words.push(estimate ? say.estimate(estimate.usual_s, estimate.long_s) : say.noEstimate);
  return words;
}

/** The truth about waiting, and a way not to wait. */
export function WaitCard({ view, waiting, reachable, onLater, onReach }: WaitCardProps) {
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
            {!reachable && (
              <Button tone="primary" icon="bell" onClick={onReach}>
                {h.value.options.notice}
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
                if (!reachable) onReach();
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
