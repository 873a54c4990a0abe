import { h } from "../../i18n/help";
import type { Talk } from "../../state/help_talk";
import { Button } from "../../ui/button";
import { Switch } from "../../ui/switch";
import type { ParticipantRow } from "../../wire/messages.gen";
import type { Acts } from "./acts";

export interface CowritingProps {
  talk: Talk;
  /** What "send" does with the text: a message, or the words of the first question. */
  sendWords: string;
  onSend: (helper: string, text: string) => void;
  /** Puts it under the citizen's own pen; absent where sending does that. */
  onEdit?: (helper: string, text: string) => void;
  acts: Acts;
}

/** Those who help to write: what each writes at this moment, and what the citizen can do about it. */
export function Cowriting(props: CowritingProps) {
  const people = Object.entries(props.talk.reading.value.people);
  const helpers = people.filter(([, person]) => person.role === "helper" && !person.left);
  if (helpers.length === 0) return null;
  return (
    <section class="cowriting" aria-label={h.value.cowriting.title}>
      {helpers.map(([id, person]) => (
        <Helper key={id} id={id} person={person} {...props} />
      ))}
    </section>
  );
}

function Helper(props: CowritingProps & { id: string; person: ParticipantRow }) {
  const { id, person, talk } = props;
  const say = h.value.cowriting;
  const text = talk.writing.value[id]?.draft ?? "";
  if (person.invited) {
    return (
      <div class="cowriter">
        <p>{say.invited(person.name)}</p>
        <Button tone="plain" onClick={() => props.acts.end(id)}>
          {say.takeBack}
        </Button>
      </div>
    );
  }
  return (
    <div class="cowriter stack">
      <div class="cowriter-head">
        <p>
          <strong>{say.here(person.name)}</strong>
        </p>
        <Button tone="plain" onClick={() => props.acts.end(id)}>
          {say.stop}
        </Button>
      </div>
      {text ? (
        <>
          <blockquote class="cowriter-text" dir="auto">
            {text}
          </blockquote>
          <div class="row">
            <Button tone="primary" icon="send" onClick={() => props.onSend(id, text)}>
              {props.sendWords}
            </Button>
            {props.onEdit && (
              <Button tone="outline" onClick={() => props.onEdit?.(id, text)}>
                {say.edit}
              </Button>
            )}
          </div>
        </>
      ) : (
        <p class="soft small">{say.empty(person.name)}</p>
      )}
      <Switch on={person.may_send} onChange={(on) => props.acts.allow(id, on)}>
        {say.allow(person.name)}
      </Switch>
    </div>
  );
}
