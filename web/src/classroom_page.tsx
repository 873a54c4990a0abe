import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Pupil } from "./features/pupil/pupil";
import { t } from "./i18n";
import { cameraWanted, noteChecked, wasChecked } from "./state/checked";
import { isVolunteerView } from "./state/classroom";
import type { Desk } from "./state/desk";
import { signOut } from "./state/sign_in";
import { Button } from "./ui/button";
import { Page } from "./ui/page";
import { LanguageButton } from "./widgets/language_button";
import { lazily } from "./widgets/lazy";
import { LinkBanner } from "./widgets/link_banner";
import type { PupilView, VolunteerView } from "./wire/messages.gen";

function Waiting() {
  return <p class="soft">{t.value.common.loading}</p>;
}

const lesson = lazily(async () => (await import("./features/lesson/lesson")).Lesson, Waiting);
const volunteer = lazily(async () => (await import("./features/volunteer/volunteer")).Volunteer, Waiting);
const check = lazily(async () => (await import("./features/check/check")).Check, Waiting);

/** The page of a signed-in person: the lesson when there is one, else what her role shows. */
export function ClassroomPage({ desk }: { desk: Desk }) {
  const { session, classroom } = desk;
  const view = classroom.view.value;
  const call = desk.call.value;
  const open = desk.lesson.value;
  const checking = useSignal(false);
  if (classroom.ended.value || session.link.value === "ended") return <Ended />;
  if (view && call && open) {
    return (
      <Page bare brand="" skip="" home="" tools={null} banner={<LinkBanner link={session.link} />}>
        <lesson.Component
          lesson={open}
          call={call}
          devices={desk.devices}
          tu={!isVolunteerView(view)}
          now={session.now}
          fileAddress={(file) => session.fileAddress(file)}
        />
      </Page>
    );
  }
  return (
    <Page
      brand={t.value.common.brand}
      skip={t.value.common.skip}
      home={location.pathname}
      tools={<LanguageButton />}
      banner={<LinkBanner link={session.link} />}
      footer={
        <>
          {view && !checking.value && !mustCheck(view, session.login) && !isCoordinator(view) && (
            <Button tone="plain" icon="sound" onClick={() => (checking.value = true)}>
              {t.value.common.checkDevices}
            </Button>
          )}
          <SignOut login={session.login} />
        </>
      }
    >
      {view ? <Home desk={desk} view={view} checking={checking} /> : <Waiting />}
    </Page>
  );
}

function SignOut({ login }: { login: string }) {
  function leave(): void {
    void signOut({ login }).finally(() => location.assign("/"));
  }
  return (
    <Button tone="plain" onClick={leave}>
      {t.value.common.signOut}
    </Button>
  );
}

function Home(props: { desk: Desk; view: PupilView | VolunteerView; checking: Signal<boolean> }) {
  const { desk, view, checking } = props;
  const { session, devices } = desk;
  const checked = wasChecked(session.login);
  const adult = isVolunteerView(view);
  const must = mustCheck(view, session.login);
  useEffect(() => {
    // What comes next is fetched while nothing else happens.
    lesson.fetch();
  }, []);

  function done(microphone: boolean, camera: boolean): void {
    noteChecked(session.login, camera);
    devices.close("microphone");
    devices.close("camera");
    checking.value = false;
    if (!adult) session.send({ type: "pupil.checked", microphone, camera }).catch(() => undefined);
  }

  if (checking.value || (must && !isWaiting(view))) {
    const back = must ? {} : { onBack: () => (checking.value = false) };
    return <check.Component devices={devices} tu={!adult} onDone={done} {...back} />;
  }
  if (adult) {
    return (
      <volunteer.Component
        view={view}
        desk={desk.volunteer}
        now={session.now.value}
        checked={checked}
        fileAddress={(file) => session.fileAddress(file)}
        onCheck={() => (checking.value = true)}
      />
    );
  }
  return (
    <Pupil
      view={view}
      desk={desk.questions}
      devices={devices}
      offline={session.link.value !== "live" && session.link.value !== "http"}
      cameraWanted={cameraWanted(session.login)}
      ended={desk.farewell}
      sendPhoto={(picture) => session.sendPhoto(picture)}
      fileAddress={(file) => session.fileAddress(file)}
      onAsk={(draft) => {
        // Within the gesture: the browser may ask for the microphone now, not when the volunteer is there.
        void devices.open("microphone");
        if (cameraWanted(session.login)) void devices.open("camera");
        desk.clearFarewell();
        desk.questions.ask(draft);
      }}
    />
  );
}

/** A pupil passes the check once, before the first question. */
function mustCheck(view: PupilView | VolunteerView, login: string): boolean {
  return !isVolunteerView(view) && !view.checked && !wasChecked(login);
}

function isCoordinator(view: PupilView | VolunteerView): boolean {
  return isVolunteerView(view) && view.role === "coordinator";
}

function isWaiting(view: PupilView | VolunteerView): boolean {
  return !isVolunteerView(view) && view.question !== undefined;
}

function Ended() {
  const say = t.value.ended;
  return (
    <Page brand={t.value.common.brand} skip={t.value.common.skip} home="/" tools={<LanguageButton />}>
      <div class="stack">
        <h1>{say.title}</h1>
        <p>{say.text}</p>
        <a class="button" data-tone="primary" data-size="large" href="/entrer">
          {say.action}
        </a>
      </div>
    </Page>
  );
}
