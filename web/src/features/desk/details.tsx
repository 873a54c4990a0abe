import type { ComponentChildren } from "preact";
import { t } from "../../i18n";
import { words } from "../../i18n/desk";
import type { Board } from "../../state/desk_board";
import type { Thread } from "../../state/desk_thread";
import { Button } from "../../ui/button";
import type { ConversationView, DeskView } from "../../wire/messages.gen";
import { DocumentLink } from "./document_link";
import { languageName, momentWords, nameIn, personName } from "./names";
import { Notes } from "./notes";
import { Colleagues, presenceOf } from "./people";

export interface DetailsProps {
  board: Board;
  desk: DeskView;
  thread: Thread | undefined;
  now: number;
  onBack: () => void;
}

/** What helps beside the talk: who this is, what the desk knows, documents, colleagues. */
export function Details({ board, desk, thread, now, onBack }: DetailsProps) {
  const say = words.value.details;
  const view = thread?.view.value;
  return (
    <>
      <Button id="details-back" tone="plain" class="only-medium" onClick={onBack}>
        {say.back}
      </Button>
      {thread && view && (
        <>
          <Who board={board} view={view} desk={desk} now={now} />
          <Notes thread={thread} view={view} desk={desk} now={now} />
          <Documents board={board} thread={thread} view={view} />
          <Former board={board} view={view} now={now} />
        </>
      )}
      <Part title={say.colleagues}>
        <Colleagues desk={desk} />
      </Part>
    </>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="details-part" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Who({
  board,
  view,
  desk,
  now,
}: {
  board: Board;
  view: ConversationView;
  desk: DeskView;
  now: number;
}) {
  const say = words.value.details;
  const follows = view.follows === desk.me;
  const helpers = Object.values(view.people).filter((person) => person.role === "helper" && !person.left);
  const rows: [string, ComponentChildren][] = [
    [say.state, words.value.states[view.state] ?? view.state],
    [say.presence, presenceOf(view)],
    [say.number, view.number],
    [say.topic, view.topic_name],
    [say.page, view.page_url ? <PageLink view={view} /> : view.page_title],
    [say.language, languageName(view.language)],
    [say.helper, helpers.map((one) => (one.invited ? say.invited(one.name) : one.name)).join(", ")],
    [say.opened, momentWords(view.created_at, now)],
    [say.advisor, view.follows ? (follows ? say.you : personName(view.follows, view, desk)) : say.nobody],
    [say.rating, words.value.events.rated[view.rating] ?? ""],
  ];
  return (
    <Part title={nameIn(view)}>
      <dl class="who">
        {rows
          .filter(([, value]) => value !== "")
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {desk.role === "agent" && (
        <Button
          tone="outline"
          pressed={follows}
          onClick={() =>
            void board.act(view.conversation, {
              type: "desk.follow",
              conversation: view.conversation,
              follow: !follows,
            })
          }
        >
          {follows ? say.unfollow : say.follow}
        </Button>
      )}
    </Part>
  );
}

function PageLink({ view }: { view: ConversationView }) {
  return (
    <a href={view.page_url} target="_blank" rel="noopener noreferrer">
      {view.page_title || view.page_url}
      <span class="unseen"> ({words.value.documents.newTab})</span>
    </a>
  );
}

function Documents({ board, thread, view }: { board: Board; thread: Thread; view: ConversationView }) {
  const documents = thread.documents.value;
  const say = words.value.documents;
  return (
    <Part title={say.title}>
      {documents.length === 0 ? (
        <p class="lists-empty">{say.none}</p>
      ) : (
        <ul class="stack">
          {documents.map((one) => (
            <li key={one.file}>
              <DocumentLink
                name={one.name}
                size={one.size}
                state={view.documents[one.file] ?? "received"}
                address={board.session.fileAddress(one.file)}
              />
              <p class="document-size">{say.receipt(`${view.number}-${one.seq}`, t.value.clock(one.at))}</p>
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

function Former({ board, view, now }: { board: Board; view: ConversationView; now: number }) {
  const say = words.value.details;
  const rows = Object.entries(view.former).sort(([, a], [, b]) => b.last_at - a.last_at);
  if (rows.length === 0) return null;
  return (
    <Part title={say.former(rows.length)}>
      <ul class="former">
        {rows.map(([id, row]) => (
          <li key={id}>
            <button type="button" class="former-open" onClick={() => board.open(id)}>
              <strong>{row.topic_name || row.number}</strong>
              <span>
                {words.value.states[row.state] ?? row.state} · {momentWords(row.last_at, now)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Part>
  );
}
