import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { words } from "../../i18n/desk";
import { searchedIn } from "../../state/desk_macros";
import type { Thread } from "../../state/desk_thread";
import { announce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import type { ConversationView, DeskView, MacrosView } from "../../wire/messages.gen";
import { MacroPicker } from "./macro_picker";
import { directionOf, nameIn, personName } from "./names";
import { Parcels } from "./parcels";

export interface ComposerProps {
  thread: Thread;
  view: ConversationView;
  desk: DeskView;
  macros: MacrosView;
  /** The list of prepared answers is open; also opened by the keyboard. */
  picking: Signal<boolean>;
}

/** The answer to the citizen. Enter sends; a colleague who answered meanwhile is told of first. */
export function Composer({ thread, view, desk, macros, picking }: ComposerProps) {
  const say = words.value.composer;
  const field = useRef<HTMLTextAreaElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const asked = useSignal(false);
  const text = thread.draft.text.value;
  const meanwhile = thread.meanwhile.value;
  const name = nameIn(view);
  const search = picking.value ? (searchedIn(text) ?? "") : undefined;
  useEffect(() => {
    if (!meanwhile) asked.value = false;
  }, [meanwhile]);

  function write(next: string): void {
    thread.write(next);
    // "/" at the very beginning looks among the prepared answers; the rest of the line is the search.
    if (searchedIn(next) !== undefined) picking.value = true;
    else if (searchedIn(text) !== undefined) picking.value = false;
  }

  function send(anyway = false): void {
    if (searchedIn(text) !== undefined && picking.value) return;
    if (thread.send(anyway)) {
      asked.value = false;
      field.current?.focus();
    } else if (meanwhile) {
      asked.value = true;
      announce(say.meanwhile(personName(meanwhile, view, desk)), true);
    }
  }

  function insert(macro: string): void {
    picking.value = false;
    const kept = searchedIn(text) === undefined ? text.trimEnd() : "";
    thread.write(kept ? `${kept}\n${macro}` : macro);
    field.current?.focus();
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {search !== undefined && (
        <MacroPicker
          macros={macros}
          topic={view.topic}
          search={search}
          inField={searchedIn(text) !== undefined}
          field={field}
          onPick={insert}
          onClose={() => {
            picking.value = false;
            field.current?.focus();
          }}
        />
      )}
      {meanwhile && (
        <div class="stale" data-asked={asked.value}>
          <p>{say.meanwhile(personName(meanwhile, view, desk))}</p>
          {asked.value && (
            <Button tone="primary" onClick={() => send(true)}>
              {say.sendAnyway}
            </Button>
          )}
        </div>
      )}
      <label class="unseen" for="answer">
        {say.label(name)}
      </label>
      <textarea
        id="answer"
        ref={field}
        class="input"
        rows={2}
        maxLength={4000}
        placeholder={say.placeholder(name)}
        dir={text ? "auto" : directionOf("fr")}
        value={text}
        aria-describedby="answer-hint"
        onInput={(event) => write(event.currentTarget.value)}
        onPaste={(event) => {
          const pasted = event.clipboardData?.files ?? [];
          if (pasted.length === 0) return;
          event.preventDefault();
          thread.parcels.add(pasted);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.defaultPrevented) return;
          event.preventDefault();
          send();
        }}
      />
      <Parcels parcels={thread.parcels} />
      <div class="composer-foot">
        <input
          ref={files}
          class="unseen"
          type="file"
          multiple
          tabIndex={-1}
          aria-hidden="true"
          onChange={(event) => {
            thread.parcels.add(event.currentTarget.files ?? []);
            event.currentTarget.value = "";
          }}
        />
        <Button tone="outline" icon="attach" class="composer-attach" onClick={() => files.current?.click()}>
          {words.value.documents.attach}
        </Button>
        <Button tone="outline" onClick={() => (picking.value = !picking.value)} pressed={picking.value}>
          {say.macros}
        </Button>
        <p id="answer-hint" class="composer-hint">
          {say.hint}
        </p>
        <Button submit tone="primary" icon="send" class="composer-send">
          {say.send}
        </Button>
      </div>
    </form>
  );
}
