import { h } from "../../i18n/help";
import type { Talk } from "../../state/help_talk";
import { nameOf } from "../../state/talk_lines";
import { Button } from "../../ui/button";
import type { Acts } from "./acts";

/** A video call that is proposed: the other one decides. */
export function CallBar(props: { talk: Talk; acts: Acts }) {
  const say = h.value.call;
  const call = props.talk.proposed.value;
  const view = props.talk.view.value;
  if (!call || view?.role !== "citizen") return null;
  if (view.call_by === view.me) {
    return (
      <section class="callbar" aria-label={say.propose}>
        <p>{say.mine}</p>
        <Button tone="outline" onClick={() => props.acts.decline(call)}>
          {say.takeBack}
        </Button>
      </section>
    );
  }
  return (
    <section class="callbar" data-rings="true" aria-label={say.propose}>
      <div role="alert">
        <p>
          <strong>{say.proposedBy(nameOf(props.talk.reading.value, view.call_by))}</strong>
        </p>
      </div>
      <p class="small">{say.why}</p>
      <div class="row">
        <Button tone="call" icon="camera" onClick={() => props.acts.accept(call)}>
          {say.accept}
        </Button>
        <Button tone="outline" onClick={() => props.acts.decline(call)}>
          {say.decline}
        </Button>
      </div>
    </section>
  );
}
