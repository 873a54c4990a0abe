import { useSignal } from "@preact/signals";
import { h } from "../../i18n/help";
import type { Help } from "../../state/help";
import type { Talk } from "../../state/help_talk";
import type { Session } from "../../state/session";
import { Button } from "../../ui/button";
import { Trouble } from "./options_parts";
import { transcriptText } from "./transcript";
import { useAct } from "./use_act";

interface TranscriptProps {
  help: Help;
  session: Session;
  talk: Talk;
  onClose: () => void;
}

/** The talk on paper, in a file, or as a link by mail. */
export function TranscriptPage({ help, session, talk, onClose }: TranscriptProps) {
  const say = h.value.transcript;
  const mailed = useSignal(false);
  const act = useAct();
  const view = talk.view.value;
  if (!view) return null;
  const number = view.number;
  function download(): void {
    const text = transcriptText(number, talk.lines.peek(), talk.reading.peek(), session.now.peek());
    const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = say.file(number);
    link.click();
    URL.revokeObjectURL(address);
  }
  function print(): void {
    onClose();
    // After the dialog has gone from the page.
    setTimeout(() => window.print(), 50);
  }
  return (
    <div class="stack">
      <p>{say.text}</p>
      <div class="row">
        <Button tone="outline" onClick={print}>
          {say.print}
        </Button>
        <Button tone="outline" onClick={download}>
          {say.download}
        </Button>
        {help.view.value?.ways.includes("mail") && view.role === "citizen" && (
          <Button
            tone="outline"
            busy={act.busy.value}
            onClick={() =>
              act.run(async () => {
                await session.send({ type: "conversation.mail_transcript", conversation: talk.id });
                mailed.value = true;
              })
            }
          >
            {say.mail}
          </Button>
        )}
      </div>
      {mailed.value && <p role="status">{say.mailed}</p>}
      <Trouble words={act.trouble.value} />
      <p class="soft small">{say.notFiling}</p>
    </div>
  );
}
