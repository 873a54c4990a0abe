import type { ReadonlySignal } from "@preact/signals";
import { t } from "../../i18n";
import type { Devices } from "../../state/devices";
import type { QuestionDesk } from "../../state/question";
import { useArrival } from "../../ui/focus";
import { Initial } from "../../ui/initial";
import { Notice } from "../../ui/notice";
import { firstName } from "../../widgets/first_name";
import { presenceWords } from "../../widgets/presence";
import type { PupilView, VolunteerRow } from "../../wire/messages.gen";
import { Ask } from "./ask";
import { Waiting } from "./waiting";
import "./pupil.css";

/** How the last lesson ended, as long as the pupil has not asked again. */
export interface Ended {
  readonly name: string;
  readonly how: "they_hung_up" | "lost" | "";
}

export interface PupilProps {
  view: PupilView;
  desk: QuestionDesk;
  devices: Devices;
  offline: boolean;
  cameraWanted: boolean;
  ended: ReadonlySignal<Ended | undefined>;
  sendPhoto: (picture: Blob) => Promise<string>;
  fileAddress: (file: string) => string;
  onAsk: (...draft: Parameters<QuestionDesk["ask"]>) => void;
}

export function Pupil(props: PupilProps) {
  const { view, desk, devices } = props;
  const { question } = view;
  if (question) {
    return (
      <Waiting
        view={view}
        question={question}
        devices={devices}
        cameraWanted={props.cameraWanted}
        photo={question.photo && props.fileAddress(question.photo)}
        onChange={(words) => desk.change(question, words)}
        onCancel={() => desk.cancel(question)}
      />
    );
  }
  return <Home {...props} />;
}

function Home({ view, desk, offline, ended, sendPhoto, onAsk }: PupilProps) {
  const heading = useArrival<HTMLHeadingElement>();
  const say = t.value.pupil;
  const refused = desk.refused.value;
  return (
    <div class="pupil">
      <header class="pupil-hello stack">
        {ended.value && <Farewell ended={ended.value} />}
        <h1 ref={heading} tabIndex={-1}>
          {say.hello(firstName(view.name))}
        </h1>
        <Helpers rows={Object.values(view.volunteers)} />
      </header>
      {view.may_ask ? (
        <Notice tone="warn">
          {say.mayNot[view.may_ask] ?? t.value.codes[view.may_ask]}{" "}
          {view.may_ask === "closed_now" &&
            view.hours.next !== undefined &&
            t.value.hours.closedUntil(view.hours.next)}
        </Notice>
      ) : (
        <Ask
          view={view}
          leaving={desk.leaving.value}
          refused={refused ? (t.value.codes[refused] ?? "") : ""}
          offline={offline}
          sendPhoto={sendPhoto}
          onAsk={onAsk}
        />
      )}
    </div>
  );
}

function Helpers({ rows }: { rows: readonly VolunteerRow[] }) {
  const say = t.value.pupil;
  const names = (presence: string): string[] =>
    rows.filter((row) => row.presence === presence).map((row) => row.name);
  const here = names("here");
  const busy = names("lesson");
  const sentence =
    here.length > 0 ? say.helpersHere(here) : busy.length > 0 ? say.helpersBusy(busy) : say.helpersNone;
  const shown = rows.filter((row) => row.presence !== "gone");
  return (
    <section aria-label={say.helpers} class="stack">
      <p class="pupil-lead" aria-live="polite">
        {sentence}
      </p>
      {shown.length > 0 && (
        <ul class="helpers">
          {shown.map((row) => (
            <li key={row.name}>
              <Initial name={row.name} presence={row.presence} />
              <span>
                <strong>{row.name}</strong>
                <span class="soft">
                  {row.knows_me > 0 ? say.knows(row.knows_me) : presenceWords(row.presence, "")}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Farewell({ ended }: { ended: Ended }) {
  const say = t.value.pupil.after;
  const how =
    ended.how === "lost"
      ? say.lost
      : `${say.with(ended.name)} ${ended.how ? say.theyHungUp(ended.name) : ""}`;
  return (
    <div role="status">
      <Notice tone={ended.how === "lost" ? "warn" : "info"}>
        <strong>{say.title}.</strong> {how}
      </Notice>
    </div>
  );
}
