import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { h } from "../../i18n/help";
import type { Help } from "../../state/help";
import { openDocuments } from "../../state/help_documents";
import { canPush } from "../../state/help_push";
import type { Talk as TalkStore } from "../../state/help_talk";
import type { Session } from "../../state/session";
import { Notice } from "../../ui/notice";
import { lazily } from "../../widgets/lazy";
import type { ConversationView } from "../../wire/messages.gen";
import { type Acts, actsOf } from "./acts";
import { After } from "./after";
import { CallBar } from "./call_bar";
import { Composer } from "./composer";
import { Cowriting } from "./cowriting";
import { DraftForm } from "./draft_form";
import { Messages } from "./messages";
import { Parcels } from "./parcels";
import { StateStrip } from "./state_strip";
import "./talk.css";
import { useDraft } from "./use_draft";
import { useDrop } from "./use_drop";
import { WaitCard } from "./wait_card";

const video = lazily(
  async () => (await import("./video")).Video,
  () => <p class="soft">{h.value.loading}</p>,
);

export interface TalkProps {
  help: Help;
  session: Session;
  talk: TalkStore;
  /** Shows a page of the further choices: notices, a relative. */
  onOption: (page: "notice" | "help" | "device") => void;
}

/** One conversation: what is said, what is proposed, and where one writes. */
export function Talk(props: TalkProps) {
  const { help, session, talk } = props;
  const view = talk.view.value;
  const trouble = useSignal("");
  const acts = useMemo(() => actsOf(session, talk.id, trouble), [talk]);
  useEffect(() => {
    // What may come next is fetched while nothing else happens.
    if (view?.agent) video.fetch();
  }, [view?.agent]);
  if (!view) return <p class="soft loading">{h.value.loading}</p>;
  if (view.state === "draft" && view.role === "citizen") {
    return <DraftForm help={help} talk={talk} acts={acts} onInvite={() => props.onOption("help")} />;
  }
  return <Conversation {...props} view={view} acts={acts} trouble={trouble} />;
}

type ConversationProps = TalkProps & { view: ConversationView; acts: Acts; trouble: Signal<string> };

function Conversation(props: ConversationProps) {
  const { session, talk, view, acts, trouble } = props;
  const draft = useDraft(talk.id);
  const documents = useMemo(
    () => openDocuments(talk.id, session.credentials, (clientId, file) => talk.attach(clientId, file)),
    [talk],
  );
  const citizen = view.role === "citizen";
  const maySend = citizen || (view.people[view.me]?.may_send ?? false);
  const drop = useDrop(maySend, (files) => documents.add(files));
  function write(text: string): void {
    draft.write(text);
    talk.writer.changed(text);
  }
  useEffect(() => {
    if (talk.taken.value && talk.taken.value === draft.text.peek().trim()) write("");
  }, [talk.taken.value]);
  function send(): void {
    talk.send(draft.text.value.trim());
    write("");
  }
  return (
    <div class="talk" data-call={talk.inCall.value !== ""} {...drop.handlers}>
      <h1 class="unseen" tabIndex={-1}>
        {citizen ? h.value.talk.label : h.value.helper.title(nameOfCitizen(view))}
      </h1>
      <StateStrip view={view} />
      {talk.inCall.value && citizen && (
        <video.Component
          session={session}
          call={talk.inCall.value}
          name={view.people[view.agent]?.name ?? h.value.talk.adviser}
        />
      )}
      <Messages talk={talk} now={session.now.value} open={(file) => session.fetchFile(file)}>
        <Parcels documents={documents} />
        {citizen && <Standing {...props} />}
      </Messages>
      {drop.dropping.value && <p class="drop">{h.value.documents.drop}</p>}
      <CallBar talk={talk} acts={acts} />
      {citizen && (
        <Cowriting
          talk={talk}
          acts={acts}
          sendWords={h.value.cowriting.sendText}
          onSend={(helper, text) => talk.sendDraft(helper, text)}
          onEdit={(_, text) => write(text)}
        />
      )}
      {trouble.value && (
        <div class="talk-trouble" role="alert">
          <Notice tone="warn">{trouble.value}</Notice>
        </div>
      )}
      <Composer
        text={draft.text}
        attaching={maySend}
        sending={maySend}
        {...(!citizen && { hint: maySend ? h.value.helper.maySend : h.value.helper.live })}
        onWrite={write}
        onSend={send}
        onFiles={(files) => documents.add(files)}
      />
    </div>
  );
}

/** After the last message: the truth about waiting, or that it is over. */
function Standing({ help, view, acts, onOption }: ConversationProps) {
  if (view.waiting) {
    return (
      <WaitCard
        view={view}
        waiting={view.waiting}
        offered={offersNotice(help)}
        reachable={(help.view.value?.ways.length ?? 0) > 0}
        onLater={(later) => acts.later(later)}
        onReach={() => onOption("notice")}
        onDevice={() => onOption("device")}
      />
    );
  }
  if (view.state !== "closed") return null;
  return (
    <After rating={view.rating} onRate={(rating) => acts.rate(rating)} onAnother={() => help.show("")} />
  );
}

/** Mail is sent from here, or this browser takes notifications on this page. */
function offersNotice(help: Help): boolean {
  const view = help.view.value;
  return (view?.mail ?? false) || ((view?.push_key ?? "") !== "" && canPush(help.host.embedded));
}

function nameOfCitizen(view: ConversationView): string {
  return Object.values(view.people).find((person) => person.role === "citizen")?.name ?? "";
}
