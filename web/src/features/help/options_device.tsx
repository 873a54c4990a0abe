import { useSignal } from "@preact/signals";
import { h } from "../../i18n/help";
import type { Session } from "../../state/session";
import { Button } from "../../ui/button";
import type { MadeCode } from "../../wire/messages.gen";
import { BigCode, Trouble } from "./options_parts";
import { useAct } from "./use_act";

/** A code to find the talk again on another device. */
export function DevicePage({ session }: { session: Session }) {
  const say = h.value.device;
  const made = useSignal<MadeCode | undefined>(undefined);
  const act = useAct();
  return (
    <div class="stack">
      <p>{say.text}</p>
      {made.value ? (
        <>
          <BigCode code={made.value.code} />
          <p class="small">{h.value.invite.codeWhere(`${location.host}/aide`)}</p>
          <p class="soft small">{say.until(made.value.expires_at)}</p>
        </>
      ) : (
        <Button
          tone="primary"
          busy={act.busy.value}
          onClick={() =>
            act.run(async () => {
              made.value = await session.send({ type: "citizen.make_code" });
            })
          }
        >
          {say.make}
        </Button>
      )}
      <Trouble words={act.trouble.value} />
    </div>
  );
}
