import { h } from "../../i18n/help";
import type { Help } from "../../state/help";
import { Button } from "../../ui/button";
import { CodeEntry } from "./welcome";

/** The login or the help to somebody is over: what to do now. */
export function Ended({ help }: { help: Help }) {
  const helper = help.view.value?.role === "helper";
  const say = h.value;
  return (
    <div class="welcome stack">
      <h1 tabIndex={-1}>{helper ? say.helper.over : say.ended.title}</h1>
      <p>{helper ? say.helper.overText : say.ended.text}</p>
      {help.unsent.value.length > 0 && (
        <section class="stack" aria-labelledby="unsent">
          <h2 id="unsent">{say.ended.unsent}</h2>
          {help.unsent.value.map((text) => (
            <p key={text} class="bubble" dir="auto">
              {text}
            </p>
          ))}
        </section>
      )}
      <div class="row">
        <Button tone="primary" large onClick={() => void help.door.leave()}>
          {say.ended.again}
        </Button>
      </div>
      <CodeEntry help={help} />
    </div>
  );
}
