import { h, sentence } from "../../i18n/help";
import type { DocumentLine, Line, MessageLine, Reading } from "../../state/talk_lines";
import { nameOf } from "../../state/talk_lines";
import { typographic } from "../../widgets/typographic";
import { DocumentCard } from "./document_card";
import { noteWords } from "./notes";

export interface MessageProps {
  line: Line;
  /** Number of the conversation, for receipts. */
  number: string;
  reading: Reading;
  open: (file: string) => Promise<Blob>;
  onAgain: (key: string) => void;
  onRemove: (key: string) => void;
}

/** One line of the talk: who, what, when, and how far it has come. */
export function Message(props: MessageProps) {
  const { line, reading } = props;
  if (line.kind === "note") {
    const words = noteWords(line.event, reading);
    return words ? <li class="event">{words}</li> : null;
  }
  const role = reading.people[line.author]?.role ?? "";
  const author = line.mine
    ? h.value.talk.you
    : nameOf(reading, line.author) || (role === "citizen" ? h.value.talk.citizen : "");
  return (
    <li class="said" data-mine={line.mine} data-role={role} data-way={line.way}>
      <p class="said-who">
        <strong>{author}</strong>
        {!line.mine && roleWords(role) && <span class="soft">, {roleWords(role)}</span>}
      </p>
      {line.kind === "message" ? (
        <p class="bubble" data-mine={line.mine} data-role={role} dir="auto">
          {typographic(line.text)}
        </p>
      ) : (
        <DocumentCard line={line} open={props.open} />
      )}
      <Meta {...props} line={line} />
    </li>
  );
}

export function roleWords(role: string): string {
  const say = h.value.talk;
  if (role === "agent" || role === "supervisor") return say.adviser;
  return role === "helper" ? say.helper : "";
}

function Meta({
  line,
  number,
  reading,
  onAgain,
  onRemove,
}: MessageProps & { line: MessageLine | DocumentLine }) {
  const say = h.value.talk;
  const helper = line.kind === "message" && line.helper ? nameOf(reading, line.helper) : "";
  const parts = [h.value.clock(line.at)];
  if (helper) parts.push(say.writtenBy(helper));
  if (line.way !== "there") parts.push(say.states[line.way]);
  return (
    <p class="said-meta" title={line.seq > 0 ? say.receipt(`${number}-${line.seq}`, line.at) : undefined}>
      {parts.join(" · ")}
      {line.seq > 0 && <span class="receipt" data-mine={line.mine}>{` · n° ${number}-${line.seq}`}</span>}
      {line.way === "failed" && (
        <>
          {line.code && <span class="said-why"> {sentence(line.code)}</span>}
          <button type="button" class="link" onClick={() => onAgain(line.key)}>
            {say.again}
          </button>
          <button type="button" class="link" onClick={() => onRemove(line.key)}>
            {say.remove}
          </button>
        </>
      )}
    </p>
  );
}
