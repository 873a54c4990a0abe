import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { h } from "../../i18n/help";
import { Icon, type IconName } from "../../ui/icons";

export interface ComposerProps {
  text: Signal<string>;
  /** May documents be sent from here. */
  attaching: boolean;
  /** May what is written be sent from here; else it is only a draft for the citizen's eyes. */
  sending: boolean;
  hint?: string;
  onWrite: (text: string) => void;
  onSend: () => void;
  onFiles: (files: Iterable<File>) => void;
}

/** On a touch screen Enter begins a new line: the button sends. */
function entersSend(): boolean {
  return !matchMedia("(pointer: coarse)").matches;
}

/** Where one writes. */
export function Composer(props: ComposerProps) {
  const { text } = props;
  const say = h.value.talk;
  const tray = useSignal(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const hint = useId();
  useEffect(() => fit(field.current), [text.value]);

  function send(event: Event): void {
    event.preventDefault();
    if (text.value.trim() && props.sending) props.onSend();
    field.current?.focus();
  }
  function take(files: Iterable<File>): void {
    props.onFiles(files);
    tray.value = false;
  }
  return (
    <form class="composer" onSubmit={send}>
      {props.hint && (
        <p id={hint} class="composer-hint small">
          {props.hint}
        </p>
      )}
      {tray.value && (
        <div id="tray" class="tray">
          <FileInput icon="photo" label={h.value.documents.photo} capture onTake={take} />
          <FileInput icon="document" label={h.value.documents.choose} onTake={take} />
          <p class="soft small">{h.value.documents.limits}</p>
        </div>
      )}
      <div class="composer-row">
        {props.attaching && (
          <button
            type="button"
            class="button composer-attach"
            aria-label={h.value.documents.add}
            title={h.value.documents.add}
            aria-expanded={tray.value}
            aria-controls={tray.value ? "tray" : undefined}
            onClick={() => (tray.value = !tray.value)}
          >
            <Icon name={tray.value ? "cross" : "attach"} />
          </button>
        )}
        <label class="unseen" for="message">
          {say.write}
        </label>
        <textarea
          id="message"
          ref={field}
          class="input"
          rows={1}
          maxLength={4000}
          dir="auto"
          placeholder={say.writeHere}
          aria-describedby={props.hint ? hint : undefined}
          value={text.value}
          onInput={(event) => props.onWrite(event.currentTarget.value)}
          onPaste={(event) => {
            const files = event.clipboardData?.files;
            if (!props.attaching || !files?.length) return;
            event.preventDefault();
            take(files);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.isComposing && entersSend()) send(event);
          }}
        />
        {props.sending && (
          <button
            type="submit"
            class="button composer-send"
            data-tone="primary"
            aria-label={say.send}
            title={say.send}
          >
            <Icon name="send" />
          </button>
        )}
      </div>
    </form>
  );
}

/** Grows with the text; browsers that know `field-sizing` do it themselves. */
function fit(field: HTMLTextAreaElement | null): void {
  if (!field || CSS.supports("field-sizing", "content")) return;
  field.style.setProperty("block-size", "auto");
  field.style.setProperty("block-size", `${field.scrollHeight + 4}px`);
}

/** A file input that looks like a button; the input itself stays reachable by keyboard. */
function FileInput(props: {
  icon: IconName;
  label: string;
  capture?: boolean;
  onTake: (files: Iterable<File>) => void;
}) {
  const id = useId();
  return (
    <span class="file-input">
      <input
        id={id}
        type="file"
        class="unseen"
        multiple={!props.capture}
        {...(props.capture && { capture: "environment", accept: "image/*" })}
        onChange={(event) => {
          const input = event.currentTarget;
          if (input.files) props.onTake([...input.files]);
          input.value = "";
        }}
      />
      <label for={id} class="button" data-tone="outline">
        <Icon name={props.icon} />
        <span>{props.label}</span>
      </label>
    </span>
  );
}
