import { h } from "../../i18n/help";
import type { Help } from "../../state/help";
import type { Talk } from "../../state/help_talk";
import type { Session } from "../../state/session";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { Trouble } from "./options_parts";
import { useAct } from "./use_act";

interface ConfirmProps {
  what: "close" | "erase" | "leave";
  help: Help;
  session: Session;
  talk: Talk;
  onClose: () => void;
}

/** Asks once more before something ends. */
export function ConfirmPage({ what, help, session, talk, onClose }: ConfirmProps) {
  const say = h.value.confirm;
  const act = useAct();
  const unsent = what === "erase" && session.entries.value.some((entry) => entry.state !== "sent");
  const words = {
    close: [say.closeText, say.closeYes],
    erase: [say.eraseText, say.eraseYes],
    leave: ["", h.value.helper.leave],
  }[what];
  function go(): void {
    act.run(async () => {
      if (what === "close") await session.send({ type: "conversation.close", conversation: talk.id });
      else if (what === "erase") await help.door.leave();
      else await session.send({ type: "helper.end", conversation: talk.id, helper: talk.reading.value.me });
      onClose();
    });
  }
  return (
    <div class="stack">
      {words[0] && <p>{words[0]}</p>}
      {unsent && <Notice tone="bad">{say.eraseUnsent}</Notice>}
      <Trouble words={act.trouble.value} />
      <div class="row">
        <Button tone={what === "close" ? "primary" : "danger"} busy={act.busy.value} onClick={go}>
          {words[1]}
        </Button>
        <Button tone="outline" onClick={onClose}>
          {say.no}
        </Button>
      </div>
    </div>
  );
}
