// Generated from the wire modules of the server by `python -m signaling.admin typescript`. Do not edit.
//
// Sent by the server: a field with `?` may be absent, every other one is there.
// Sent by the client: a field with `?` may be left out.

/** Stable error codes. The client has a sentence for each, in every language. */
export type Code =
  /** bad_message: Not a message of this protocol, or a field is out of bounds. Reload the page. */
  | "bad_message"
  /** not_signed_in: No login, or it ended. Use the personal link again. */
  | "not_signed_in"
  /** bad_link: The personal link or code is unknown, expired or revoked. Ask for a new one. */
  | "bad_link"
  /** forbidden: This person may not do or see this. */
  | "forbidden"
  /** not_found: There is no such thing, or not for this person. */
  | "not_found"
  /** conflict: Somebody was faster, or the state has moved on. The view shows how it is now. */
  | "conflict"
  /** repeated_differently: The client id was used before with other content. */
  | "repeated_differently"
  /** too_many: A limit per address, login or connection. Wait a little. */
  | "too_many"
  /** too_large: More bytes or characters than allowed. */
  | "too_large"
  /** bad_file: Not a picture that can be read. */
  | "bad_file"
  /** bad_offer: The browser's offer cannot be served. Try another browser. */
  | "bad_offer"
  /** no_media_server: No SFU worker is free. The question stays in line. */
  | "no_media_server"
  /** closed_now: Outside opening hours. */
  | "closed_now"
  /** no_consent: No consent on file for this pupil. */
  | "no_consent"
  /** not_enrolled: This pupil is not enrolled at present. */
  | "not_enrolled"
  /** not_vetted: The volunteer's vetting is missing or has ended. */
  | "not_vetted"
  /** taken: Another volunteer was faster. */
  | "taken"
  /** busy: The person is in another call. */
  | "busy"
  /** unavailable: Database or Redis is away. Nothing was stored; the client tries again. */
  | "unavailable"
  /** internal: Our fault. Nothing is known to be stored; the client tries again. */
  | "internal";

/** The answer to a command that was not carried out. */
export interface Failure {
  readonly code: Code;
  /** English, for developers; the page has its own sentence for the code. */
  readonly text: string;
}

/** The acknowledgement of a command: exactly one of the two. `ok` comes after the commit. */
export interface Answer {
  readonly ok?: unknown;
  readonly error?: Failure;
}

/** Carried out, nothing to tell. */
export type Done = Readonly<Record<string, never>>;

/** Send me this view, now and at each change. */
export interface OpenView {
  readonly type: "view.open";
  readonly view: string;
  /** The version the client holds; the same one is not sent again. */
  readonly version?: string;
}

/** Stop sending this view. */
export interface CloseView {
  readonly type: "view.close";
  readonly view: string;
}

/** Send me the events of this log after `after`, and those that come. */
export interface OpenLog {
  readonly type: "log.open";
  readonly log_id: string;
  readonly after?: number;
}

/** Stop sending this log. */
export interface CloseLog {
  readonly type: "log.close";
  readonly log_id: string;
}

/** Tell whether the page is in sight. */
export interface SetPresence {
  readonly type: "presence.set";
  readonly visible: boolean;
}

/** A view as a whole. */
export interface ViewSnapshot {
  readonly type: "view.snapshot";
  readonly view: string;
  /** A digest of the data: equal data, equal version, on every process. */
  readonly version: string;
  readonly data: unknown;
}

/** A change of a view. A client that does not hold `base` opens the view again. */
export interface ViewPatch {
  readonly type: "view.patch";
  readonly view: string;
  readonly base: string;
  readonly version: string;
  /** JSON merge patch (RFC 7396); views never contain null. */
  readonly patch: unknown;
}

/** The view is no longer open to this person. */
export interface ViewEnded {
  readonly type: "view.ended";
  readonly view: string;
  readonly code: Code;
}

/** One event of a log. */
export interface LogEvent {
  /** 1, 2, 3 ... without holes. */
  readonly seq: number;
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Person id; empty for the system. */
  readonly author: string;
  /** Unix seconds, the server's clock. */
  readonly at: number;
  /** The author's own id of this act. */
  readonly client_id: string;
}

/** The log is no longer open to this person. */
export interface LogEnded {
  readonly type: "log.ended";
  readonly log_id: string;
  readonly code: Code;
}

/** Events of a log, in order, the first following on what was sent before. */
export interface LogEvents {
  readonly type: "log.events";
  readonly log_id: string;
  readonly events: readonly LogEvent[];
}

/** Every 20 s: what the client should hold. A difference means that something was missed. */
export interface Heartbeat {
  readonly type: "heartbeat";
  readonly logs: Readonly<Record<string, number>>;
  readonly views: Readonly<Record<string, string>>;
  /** Unix seconds. */
  readonly now: number;
}

/** Signed out elsewhere, link revoked or expired. */
export interface LoginEnded {
  readonly type: "login.ended";
  readonly code: Code;
}

/** Body of `POST /api/{login}/feed`: what the client holds. Answered at once when something is newer. */
export interface Feed {
  /** View to version, empty for none. */
  readonly views?: Readonly<Record<string, string>>;
  /** Log to last seq held. */
  readonly logs?: Readonly<Record<string, number>>;
  readonly visible?: boolean;
  /** Seconds to hold the request when nothing is newer. */
  readonly wait?: number;
}

/** What is newer; `ViewPatch` is never used here. */
export interface FeedAnswer {
  readonly messages: readonly (ViewSnapshot | ViewEnded | LogEvents | LogEnded | LoginEnded)[];
  readonly now: number;
}

/** Body of `POST /api/sign-in`. */
export interface SignIn {
  /** The secret of a personal link, or a short code. */
  readonly token: string;
}

/** The login's cookie is set; several persons may be signed in in one browser. */
export interface SignedIn {
  /** Public handle of the login; part of page addresses, worthless without its cookie. */
  readonly login: string;
  /** Path of the person's page. */
  readonly home: string;
}

/** Take a call that is in line or ringing; the first one wins. Answered with `Accepted`. */
export interface Accept {
  readonly type: "call.accept";
  readonly call: string;
}

/** The call is yours; join it. */
export interface Accepted {
  readonly call: string;
}

/** Take it in five minutes: stop ringing here, remind me, tell the caller. */
export interface Later {
  readonly type: "call.later";
  readonly call: string;
}

/** Do not ring me for this call any more. */
export interface NotNow {
  readonly type: "call.not_now";
  readonly call: string;
}

/**
 * Negotiate media. The caller may join while waiting (prewarm), the callee after accepting.
 *
 * Answered with `Joined`. Joining again replaces the former connection of this person.
 */
export interface Join {
  readonly type: "call.join";
  readonly call: string;
  /** A complete offer: one bundle, the slots of docs/protocol.md. */
  readonly sdp: string;
}

/** The worker's answer. */
export interface Joined {
  readonly epoch: number;
  /** Number of this join; a higher one in the view means that another page of this person has the call. */
  readonly join: number;
  readonly sdp: string;
}

/** New path, same keys. Answered with `Joined`. */
export interface RestartIce {
  readonly type: "call.restart_ice";
  readonly call: string;
  readonly epoch: number;
  readonly sdp: string;
}

/** The first picture or sound of the other person was shown here. */
export interface Ready {
  readonly type: "call.ready";
  readonly call: string;
  readonly epoch: number;
}

/** No media arrives although the connection should be up. Answered with `Done`; the view may show a new epoch. */
export interface MediaLost {
  readonly type: "call.media_lost";
  readonly call: string;
  readonly epoch: number;
}

/** What I send: shown to the other person in words. */
export interface SetMedia {
  readonly type: "call.set_media";
  readonly call: string;
  readonly microphone: boolean;
  readonly camera: boolean;
  readonly screen?: boolean;
}

/** End the call for both. Ending an ended call is answered with `Done`. */
export interface HangUp {
  readonly type: "call.hang_up";
  readonly call: string;
}

/** One of the two persons of a call. */
export interface Party {
  readonly name: string;
  /** Name of this person's connection in `slots`. */
  readonly peer: string;
  /** Connected to the worker and heard. */
  readonly here: boolean;
  readonly microphone: boolean;
  readonly camera: boolean;
  readonly screen: boolean;
  readonly speaking: boolean;
}

/** Who is in one of my receiving sections; show the name from this RTP timestamp on, blank until then. */
export interface Slot {
  readonly peer: string;
  /** `microphone`, `camera` or `screen`. */
  readonly source: string;
  readonly timestamp: number;
}

/** The view `call:{id}`, for its two persons and a coordinator. */
export interface CallView {
  readonly call: string;
  /** `queued`, `offered`, `accepted`, `connecting`, `live`, `interrupted`, `ended`. */
  readonly state: string;
  /** `caller`, `callee` or empty. */
  readonly me: string;
  readonly caller: Party;
  readonly callee?: Party;
  /** Of the worker's room; a higher one than the client joined with means: join again. */
  readonly epoch: number;
  /** Number of my join that counts; 0 for none. */
  readonly join: number;
  /** mid of my offer to its occupant. */
  readonly slots: Readonly<Record<string, Slot>>;
  /** Unix seconds; absent until live. */
  readonly live_since?: number;
  /** While interrupted: until when the place is kept. */
  readonly grace_until?: number;
  /** When ended: `hung_up`, `cancelled`, `lost`, `failed`. */
  readonly outcome: string;
  /** `caller` or `callee` when one of them hung up. */
  readonly ended_by: string;
}

/** Ask a question: one open at a time. Answered with `Asked`. */
export interface Ask {
  readonly type: "question.ask";
  readonly client_id: string;
  readonly subject: string;
  readonly words?: string;
  /** A photo that this pupil sent before. */
  readonly photo?: string;
  /** Ring first at this one. */
  readonly volunteer?: string;
}

/** The question is stored and in line. */
export interface Asked {
  readonly question: string;
  readonly call: string;
}

/** Other words or photo while it waits; the place is kept. */
export interface ChangeQuestion {
  readonly type: "question.change";
  readonly question: string;
  readonly words: string;
  readonly photo?: string;
}

/** Take the question back. Cancelling twice is answered the same. */
export interface Cancel {
  readonly type: "question.cancel";
  readonly question: string;
}

/** The device check was passed (sound heard, microphone or chat only). */
export interface Checked {
  readonly type: "pupil.checked";
  readonly camera: boolean;
  readonly microphone: boolean;
}

/** Ring me, or let me rest. */
export interface SetFree {
  readonly type: "volunteer.set_free";
  readonly free: boolean;
}

/** Two lines about a lesson, shown next time beside the pupil's name. */
export interface WriteNote {
  readonly type: "lesson.write_note";
  readonly lesson: string;
  readonly text: string;
}

/** Write in the lesson's chat. Answered with `Said` after the commit. */
export interface Say {
  readonly type: "lesson.say";
  readonly lesson: string;
  readonly client_id: string;
  readonly text: string;
}

/** Where the message stands in the lesson's log. */
export interface Said {
  readonly seq: number;
  readonly at: number;
}

/** Opening hours as they matter now. */
export interface Hours {
  readonly open: boolean;
  /** When open: closing time, Unix seconds; absent when open all day. */
  readonly until?: number;
  /** When closed: next opening, Unix seconds. */
  readonly next?: number;
}

/** What this volunteer and this pupil share. */
export interface Familiarity {
  readonly lessons: number;
  readonly last_at: number;
  readonly last_subject: string;
  /** The volunteer's own two lines of the last lesson. */
  readonly note: string;
}

/** One enrolled pupil on the volunteer's main screen. */
export interface PupilRow {
  /** First name and initial. */
  readonly name: string;
  /** School class, as the family says it: `6e`, `CM2`. */
  readonly level: string;
  /** `here`, `away`, `lesson`, `gone`. */
  readonly presence: string;
  /** Unix seconds, when gone. */
  readonly last_seen?: number;
  /** In a lesson: with whom. */
  readonly with_name: string;
  /** Id in `line` when this pupil has one open. */
  readonly question: string;
  readonly familiarity?: Familiarity;
}

/** One volunteer. */
export interface VolunteerRow {
  readonly name: string;
  /** `here`, `away`, `lesson`, `resting`, `gone`. */
  readonly presence: string;
  readonly with_name: string;
  /** In a pupil's view: lessons together. */
  readonly knows_me: number;
}

/** One open question. */
export interface LineRow {
  readonly call: string;
  readonly pupil: string;
  /** 1 is next. */
  readonly rank: number;
  readonly subject: string;
  readonly words: string;
  /** File id. */
  readonly photo: string;
  readonly asked_at: number;
  /** Why the line is in this order: fewest lessons today, then longest wait. */
  readonly lessons_today: number;
  /** The pupil asked for this volunteer. */
  readonly for_me: boolean;
  /** Rings here now. */
  readonly ringing: boolean;
  readonly ring_until?: number;
  /** I said "in five minutes": when it rings again. */
  readonly callback_at?: number;
  /** The pupil's page is open. */
  readonly here: boolean;
  /** Name of the volunteer who is with her; the row stays for some seconds so that others read it. */
  readonly taken_by: string;
}

/** A lesson that just ended and has no note yet. */
export interface UnfinishedNote {
  readonly lesson: string;
  readonly pupil_name: string;
  readonly ended_at: number;
}

/** The view `classroom` of a volunteer or a coordinator. */
export interface VolunteerView {
  readonly me: string;
  readonly name: string;
  /** `volunteer` or `coordinator`. */
  readonly role: string;
  readonly hours: Hours;
  /** Empty, or the code of what forbids this volunteer to take a question (`not_vetted`, `closed_now`). */
  readonly may_take: string;
  /** Rings; false while resting. */
  readonly free: boolean;
  readonly pupils: Readonly<Record<string, PupilRow>>;
  readonly volunteers: Readonly<Record<string, VolunteerRow>>;
  /** By question id. */
  readonly line: Readonly<Record<string, LineRow>>;
  /** Lesson in which this volunteer is. */
  readonly lesson: string;
  readonly call: string;
  readonly note_wanted?: UnfinishedNote;
}

/** The pupil's open question. */
export interface MyQuestion {
  readonly id: string;
  readonly call: string;
  readonly subject: string;
  readonly words: string;
  readonly photo: string;
  readonly asked_at: number;
  /** Questions before this one. */
  readonly ahead: number;
  /** `waiting`, `ringing`, `nobody_yet` (rang and nobody took it), `promised`, `taken`. */
  readonly state: string;
  readonly promised_by: string;
  readonly promised_at?: number;
  /** Name of the volunteer asked for, while only she is rung. */
  readonly ringing_for: string;
}

/** The view `classroom` of a pupil. */
export interface PupilView {
  readonly me: string;
  readonly name: string;
  readonly hours: Hours;
  /** Empty, or the code of what forbids asking (`no_consent`, `not_enrolled`, `closed_now`). */
  readonly may_ask: string;
  /** The device check was passed on this login. */
  readonly checked: boolean;
  /** Those who are here or in a lesson. */
  readonly volunteers: Readonly<Record<string, VolunteerRow>>;
  readonly question?: MyQuestion;
  readonly lesson: string;
  readonly call: string;
  /** Had so far. */
  readonly lessons: number;
  /** Name of the volunteer of the last lesson. */
  readonly last_with: string;
}

/** The view `lesson:{id}`, for its two persons and a coordinator. */
export interface LessonView {
  readonly lesson: string;
  /** The call that carries it. */
  readonly call: string;
  readonly log_id: string;
  readonly pupil_name: string;
  readonly pupil_id: string;
  readonly volunteer_name: string;
  readonly volunteer_id: string;
  readonly subject: string;
  readonly words: string;
  readonly photo: string;
  readonly started_at: number;
  readonly ended_at?: number;
  /** For the volunteer only. */
  readonly familiarity?: Familiarity;
}

/** Everything that a client may ask. */
export type ClientCommand =
  | OpenView
  | CloseView
  | OpenLog
  | CloseLog
  | SetPresence
  | Accept
  | Later
  | NotNow
  | Join
  | RestartIce
  | Ready
  | MediaLost
  | SetMedia
  | HangUp
  | Ask
  | ChangeQuestion
  | Cancel
  | Checked
  | SetFree
  | WriteNote
  | Say;

/** Everything that the server sends by itself. */
export type ServerMessage =
  | ViewSnapshot
  | ViewPatch
  | ViewEnded
  | LogEnded
  | LogEvents
  | Heartbeat
  | LoginEnded;

/** What `ok` holds in the answer to a command, by the command's type. */
export interface AnswerOf {
  readonly "view.open": Done;
  readonly "view.close": Done;
  readonly "log.open": Done;
  readonly "log.close": Done;
  readonly "presence.set": Done;
  readonly "call.accept": Accepted;
  readonly "call.later": Done;
  readonly "call.not_now": Done;
  readonly "call.join": Joined;
  readonly "call.restart_ice": Joined;
  readonly "call.ready": Done;
  readonly "call.media_lost": Done;
  readonly "call.set_media": Done;
  readonly "call.hang_up": Done;
  readonly "question.ask": Asked;
  readonly "question.change": Done;
  readonly "question.cancel": Done;
  readonly "pupil.checked": Done;
  readonly "volunteer.set_free": Done;
  readonly "lesson.write_note": Done;
  readonly "lesson.say": Said;
}
