import { type ReadonlySignal, signal } from "@preact/signals";
import type { AnyCode } from "../protocol/refusal";
import type { PupilView, VolunteerView } from "../wire/messages.gen";
import type { Session } from "./session";

export type ClassroomView = PupilView | VolunteerView;

/** The view `classroom` of this person. */
export interface Classroom {
  readonly view: ReadonlySignal<ClassroomView | undefined>;
  /** Why there is no view. */
  readonly ended: ReadonlySignal<AnyCode | undefined>;
}

/** Pupils have questions of their own, the others have a role in the view. */
export function isVolunteerView(view: ClassroomView): view is VolunteerView {
  return "role" in view;
}

export function openClassroom(session: Session): Classroom {
  const view = signal<ClassroomView | undefined>(undefined);
  const ended = signal<AnyCode | undefined>(undefined);
  session.feeds.openView("classroom", {
    data: (data) => {
      view.value = data as ClassroomView;
    },
    ended: (code) => {
      ended.value = code;
    },
  });
  return { view, ended };
}
