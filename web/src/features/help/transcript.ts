import { h } from "../../i18n/help";
import { type DocumentLine, type Line, type MessageLine, nameOf, type Reading } from "../../state/talk_lines";
import { roleWords } from "./message";
import { noteWords } from "./notes";

/** The talk as text: each line with its receipt number, date and time. `now` in Unix seconds. */
export function transcriptText(
  number: string,
  lines: readonly Line[],
  reading: Reading,
  now: number,
): string {
  const say = h.value;
  const stored = lines.filter((line) => line.seq > 0);
  const body = stored.flatMap((line) => {
    const words = line.kind === "note" ? noteWords(line.event, reading) : saidWords(line, reading);
    if (!words) return [];
    const when = `${number}-${line.seq}  ${say.day(line.at)}, ${say.clock(line.at)}`;
    return [`${when}\n  ${words.replaceAll("\n", "\n  ")}`];
  });
  const head = [say.transcript.heading(number), say.transcript.made(now), say.transcript.notFiling];
  return `${[head.join("\n"), ...body].join("\n\n")}\n`;
}

function saidWords(line: MessageLine | DocumentLine, reading: Reading): string {
  const say = h.value;
  const name = nameOf(reading, line.author) || (line.mine ? say.talk.you : "");
  const parts = [name, roleWords(reading.people[line.author]?.role ?? "")];
  if (line.kind === "message" && line.helper) parts.push(say.talk.writtenBy(nameOf(reading, line.helper)));
  const what = line.kind === "message" ? line.text : `${line.name}, ${say.documents.size(line.size)}`;
  return say.talk.from(parts.filter(Boolean).join(", "), what);
}
