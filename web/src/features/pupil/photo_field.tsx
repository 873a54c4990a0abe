import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { t } from "../../i18n";
import { codeOf } from "../../protocol/refusal";
import { shrink } from "../../state/photo";
import { Button } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icons";
import { Notice } from "../../ui/notice";

/** A photo of the exercise, in two taps: taken or chosen, shrunk here, sent at once. `file` is its id when it arrived. */
export function PhotoField({
  file,
  send,
}: {
  file: Signal<string>;
  send: (picture: Blob) => Promise<string>;
}) {
  const words = t.value.pupil;
  const preview = useSignal("");
  const picture = useSignal<Blob | undefined>(undefined);
  const state = useSignal<"empty" | "preparing" | "sending" | "there">("empty");
  const trouble = useSignal("");

  useEffect(() => () => URL.revokeObjectURL(preview.peek()), []);

  function show(blob: Blob | undefined): void {
    URL.revokeObjectURL(preview.peek());
    preview.value = blob ? URL.createObjectURL(blob) : "";
    picture.value = blob;
  }

  async function take(raw: File | undefined): Promise<void> {
    if (!raw) return;
    file.value = "";
    state.value = "preparing";
    const small = await shrink(raw);
    show(small);
    await deliver(small);
  }

  async function deliver(blob: Blob): Promise<void> {
    state.value = "sending";
    trouble.value = "";
    try {
      const id = await send(blob);
      if (picture.value !== blob) return;
      file.value = id;
      state.value = "there";
    } catch (error) {
      state.value = "empty";
      trouble.value = t.value.codes[codeOf(error)] ?? "";
    }
  }

  function remove(): void {
    show(undefined);
    file.value = "";
    state.value = "empty";
    trouble.value = "";
  }

  const waiting =
    state.value === "preparing" ? words.preparing : state.value === "sending" ? words.sendingPhoto : "";
  return (
    <fieldset class="photo-field stack">
      <legend>{words.photo}</legend>
      <p class="soft">{words.photoHint}</p>
      {preview.value && (
        <div class="photo-frame" data-waiting={waiting !== ""}>
          <img src={preview.value} alt={words.photoAlt} />
        </div>
      )}
      <p aria-live="polite" class="soft" hidden={!waiting}>
        {waiting}
      </p>
      {trouble.value && (
        <div role="alert">
          <Notice
            tone="warn"
            action={
              picture.value && (
                <Button
                  tone="outline"
                  onClick={() => {
                    if (picture.value) void deliver(picture.value);
                  }}
                >
                  {t.value.common.retry}
                </Button>
              )
            }
          >
            {trouble.value}
          </Notice>
        </div>
      )}
      <div class="row">
        <PictureInput
          icon="photo"
          label={preview.value ? words.changePhoto : words.takePhoto}
          capture
          onTake={take}
        />
        {!preview.value && <PictureInput icon="picture" label={words.choosePhoto} onTake={take} />}
        {preview.value && (
          <Button tone="plain" onClick={remove}>
            {words.removePhoto}
          </Button>
        )}
      </div>
    </fieldset>
  );
}

/** A file input that looks like a button; the input itself stays reachable by keyboard. */
function PictureInput(props: {
  icon: IconName;
  label: string;
  capture?: boolean;
  onTake: (file: File | undefined) => Promise<void>;
}) {
  const id = useId();
  return (
    <span class="picture-input">
      <input
        id={id}
        type="file"
        accept="image/*"
        class="unseen"
        {...(props.capture && { capture: "environment" })}
        onChange={(event) => {
          const input = event.currentTarget;
          void props.onTake(input.files?.[0]);
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
