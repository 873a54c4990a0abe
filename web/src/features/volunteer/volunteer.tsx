import { t } from "../../i18n";
import type { VolunteerDesk } from "../../state/volunteer_desk";
import { Button } from "../../ui/button";
import { useArrival } from "../../ui/focus";
import { Notice } from "../../ui/notice";
import { Switch } from "../../ui/switch";
import { firstName } from "../../widgets/first_name";
import type { VolunteerView } from "../../wire/messages.gen";
import { ClassList, Colleagues } from "./class_list";
import { Line } from "./line";
import { NoteCard } from "./note";
import { RingCard } from "./ringing";
import "./volunteer.css";

export interface VolunteerProps {
  view: VolunteerView;
  desk: VolunteerDesk;
  now: number;
  checked: boolean;
  fileAddress: (file: string) => string;
  onCheck: () => void;
}

/** The main screen: what rings, who waits, the class by name. */
export function Volunteer({ view, desk, now, checked, fileAddress, onCheck }: VolunteerProps) {
  const heading = useArrival<HTMLHeadingElement>();
  const say = t.value.volunteer;
  const answers = view.role === "volunteer";
  const ring = desk.ring.value;
  const note = desk.note.value;
  return (
    <div class="volunteer">
      <header class="desk-head">
        <h1 ref={heading} tabIndex={-1}>
          {say.hello(firstName(view.name))}
        </h1>
        {answers && (
          <div class="desk-free">
            <Switch on={view.free} onChange={(free) => desk.setFree(free)}>
              {say.free}
            </Switch>
            <p class="soft">
              {view.free ? say.freeText : say.restingText}{" "}
              {view.hours.until !== undefined && t.value.hours.openUntil(view.hours.until)}
            </p>
          </div>
        )}
      </header>
      <Notices view={view} desk={desk} checked={checked} onCheck={onCheck} />
      {ring && (
        <RingCard
          key={ring.row.call}
          row={ring.row}
          pupil={view.pupils[ring.row.pupil]}
          ringing={desk.ringing}
          photo={ring.row.photo && fileAddress(ring.row.photo)}
          now={now}
          busy={desk.accepting.value === ring.row.call}
          onAccept={() => void desk.accept(ring.row.call)}
          onLater={() => desk.later(ring.row.call)}
          onNotNow={() => desk.notNow(ring.row.call)}
        />
      )}
      {note && (
        <NoteCard
          key={note.lesson}
          wanted={note}
          onSave={(text) => desk.writeNote(note, text)}
          onSkip={() => desk.skipNote(note)}
        />
      )}
      <div class="desk-columns">
        <ClassList pupils={view.pupils} now={now} />
        <div class="desk-side">
          <Line
            view={view}
            now={now}
            without={ring?.question ?? ""}
            mayAnswer={answers && view.may_take === ""}
            accepting={desk.accepting.value}
            fileAddress={fileAddress}
            onAccept={(row) => void desk.accept(row.call)}
          />
          <Colleagues rows={view.volunteers} me={view.me} />
        </div>
      </div>
    </div>
  );
}

/** What stands in the way, each with its way out. */
function Notices(props: { view: VolunteerView; desk: VolunteerDesk; checked: boolean; onCheck: () => void }) {
  const { view, desk } = props;
  const say = t.value.volunteer;
  const { ringing } = desk;
  if (view.role === "coordinator") return <Notice>{say.coordinator}</Notice>;
  const refused = desk.refused.value;
  return (
    <div class="desk-notices">
      {refused && (
        <div role="alert">
          <Notice tone="warn">{t.value.codes[refused]}</Notice>
        </div>
      )}
      {view.may_take && <Notice tone="warn">{t.value.codes[view.may_take]}</Notice>}
      {!props.checked && (
        <Notice
          action={
            <Button tone="primary" onClick={props.onCheck}>
              {say.soundAndImage}
            </Button>
          }
        >
          {say.checkFirst}
        </Notice>
      )}
      {props.checked && view.free && !ringing.audible.value && (
        <Notice
          action={
            <Button tone="outline" icon="bell" onClick={() => ringing.enableSound()}>
              {say.sound}
            </Button>
          }
        >
          {say.soundWhy}
        </Notice>
      )}
      {view.free && props.checked && ringing.audible.value && ringing.mayNotify.value === "default" && (
        <div>
          <Button tone="plain" icon="bell" onClick={() => void ringing.askToNotify()}>
            {say.notify}
          </Button>
        </div>
      )}
    </div>
  );
}
