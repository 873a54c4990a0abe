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
  /** bad_file: Of no kind that is taken, or it cannot be read. */
  | "bad_file"
  /** not_scanned_yet: The scanner for viruses has not called it clean yet. Wait a little. */
  | "not_scanned_yet"
  /** infected: A virus was found in it and it was deleted. */
  | "infected"
  /** bad_address: Not a mail address, or not a push service, that can be used. */
  | "bad_address"
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
  /** stale: A colleague has answered meanwhile; nothing was sent. Look, then send or change it. */
  | "stale"
  /** taken: Another volunteer was faster. */
  | "taken"
  /** absent: The person to whom this would go is not here, or pauses. Give it to the topic. */
  | "absent"
  /** kept: Kept for the person's own advisor for a moment; then anybody may take it. */
  | "kept"
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
  /**
   * Who keeps the login's secret: a cookie, or the page itself where browsers refuse cookies, framed by another
   * site.
   */
  readonly keep?: "cookie" | "page";
}

/** Body of `POST /api/guest/{app}`, for somebody without a link; answered with `SignedIn`, as for a page. */
export interface ComeIn {
  /** BCP 47: `fr`, `en`. */
  readonly language: string;
}

/** Somebody is signed in; several persons may be in one browser. */
export interface SignedIn {
  /** Public handle of the login; part of page addresses, worthless without its secret. */
  readonly login: string;
  /** Path of the person's page. */
  readonly home: string;
  /** Of the login, when the page keeps it: sent as `Authorization: Bearer`. Empty when the cookie is set. */
  readonly secret: string;
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
  /** When ended: `hung_up`, `cancelled`, `lost`, `failed`, `revoked`. */
  readonly outcome: string;
  /** `caller` or `callee` when one of them hung up or is signed in nowhere any more. */
  readonly ended_by: string;
}

/** Tell me by mail, at this address and no other. */
export interface SetMail {
  readonly type: "notice.set_mail";
  readonly address: string;
}

/**
 * Tell me by a notification of this browser.
 *
 * The keys of the subscription are not asked for: nothing is sent that would have to be encrypted.
 */
export interface AddPush {
  readonly type: "notice.add_push";
  /** Of the browser's PushSubscription. */
  readonly endpoint: string;
}

/** Tell me nothing any more, and forget my addresses. */
export interface ForgetMe {
  readonly type: "notice.forget";
}

/** By which ways this person can be told: what the server offers and what she gave. Part of an app's views. */
export interface NoticeWays {
  readonly mail_offered: boolean;
  /** `applicationServerKey` of a push subscription, base64url. */
  readonly push_key: string;
  /** She gave a mail address. */
  readonly mail: boolean;
  /** She gave at least one browser. */
  readonly push: boolean;
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

/** Take a conversation (a supervisor: also from a colleague). Answered with `Done`; who is late gets `taken`. */
export interface Claim {
  readonly type: "desk.claim";
  readonly conversation: string;
  readonly version: number;
}

/** Give it to a colleague or back to the line of a topic, with a note for them. Answered with `Done`. */
export interface Transfer {
  readonly type: "desk.transfer";
  readonly conversation: string;
  readonly version: number;
  readonly agent?: string;
  readonly topic?: string;
  readonly note?: string;
}

/** An internal note; citizens never see it. Answered with `Sent`. */
export interface NoteDown {
  readonly type: "desk.note";
  readonly conversation: string;
  readonly client_id: string;
  readonly text: string;
}

/** Put it away until a time, or until the citizen writes. Answered with `Done`. */
export interface Snooze {
  readonly type: "desk.snooze";
  readonly conversation: string;
  readonly version: number;
  /** Unix seconds, at most 30 days ahead. */
  readonly until: number;
}

/** Be, or no longer be, the advisor to whom this person comes first. Answered with `Done`. */
export interface Follow {
  readonly type: "desk.follow";
  readonly conversation: string;
  readonly follow: boolean;
}

/** Nothing new is offered to me, or again. Answered with `Done`. */
export interface SetPaused {
  readonly type: "desk.set_paused";
  readonly paused: boolean;
}

/** Add or change a prepared answer. Answered with `SavedMacro`. */
export interface SaveMacro {
  readonly type: "macro.save";
  readonly macro?: string;
  readonly title: string;
  readonly text: string;
  readonly topic?: string;
}

/** It is stored. */
export interface SavedMacro {
  readonly macro: string;
}

/** Remove a prepared answer. Answered with `Done`. */
export interface DeleteMacro {
  readonly type: "macro.delete";
  readonly macro: string;
}

/** One conversation at a glance. */
export interface DeskRow {
  readonly number: string;
  readonly log_id: string;
  readonly version: number;
  /** Name, or empty for somebody without one. */
  readonly citizen: string;
  readonly topic: string;
  readonly language: string;
  readonly state: string;
  /** Beginning of the last message. */
  readonly excerpt: string;
  /** Since when the citizen has been waiting for an answer, or of the last event. */
  readonly since: number;
  readonly unanswered: boolean;
  readonly unread: number;
  /** Who has it: person id. */
  readonly agent: string;
  /** I am this person's own advisor. */
  readonly for_me: boolean;
  /** Rings here now. */
  readonly offered: boolean;
  readonly offered_until?: number;
  readonly citizen_presence: string;
  readonly later: boolean;
  readonly snoozed_until?: number;
  /** Somebody helps to write. */
  readonly helper: boolean;
  /** A call is proposed or under way. */
  readonly call: string;
}

/** One agent of the desk. */
export interface ColleagueRow {
  readonly name: string;
  /** `here`, `away`, `gone`. */
  readonly presence: string;
  readonly paused: boolean;
  /** Conversations that she has open. */
  readonly open: number;
  readonly capacity: number;
  readonly topics: readonly string[];
}

/** One topic of the desk. */
export interface DeskTopicRow {
  readonly name: string;
  readonly position: number;
  readonly open: boolean;
  readonly until?: number;
  readonly next?: number;
  readonly mine: boolean;
}

/** The view `desk` of an agent or a supervisor. */
export interface DeskView {
  readonly me: string;
  readonly name: string;
  /** `agent` or `supervisor`. */
  readonly role: string;
  readonly paused: boolean;
  readonly capacity: number;
  /** Open, snoozed and just closed ones of mine. */
  readonly mine: Readonly<Record<string, DeskRow>>;
  /** Those that wait, of my topics; a supervisor sees all. In order of `rank`. */
  readonly line: Readonly<Record<string, DeskRow>>;
  readonly ranks: Readonly<Record<string, number>>;
  readonly colleagues: Readonly<Record<string, ColleagueRow>>;
  readonly topics: Readonly<Record<string, DeskTopicRow>>;
}

/** A prepared answer. */
export interface MacroRow {
  readonly title: string;
  readonly text: string;
  readonly topic: string;
}

/** The view `macros`. */
export interface MacrosView {
  readonly macros: Readonly<Record<string, MacroRow>>;
}

/** How one topic does. */
export interface SupervisedTopic {
  readonly name: string;
  readonly open: boolean;
  readonly waiting: number;
  /** Of those who wait, since when the first one has. */
  readonly longest_since?: number;
  readonly agents_here: number;
  readonly estimate?: Estimate;
  readonly answered_today: number;
  readonly given_up_today: number;
}

/** The view `supervision`: queue and desk as they are now. It ranks nobody. */
export interface SupervisionView {
  readonly topics: Readonly<Record<string, SupervisedTopic>>;
  readonly colleagues: Readonly<Record<string, ColleagueRow>>;
  /** All that wait, are open or snoozed. */
  readonly conversations: Readonly<Record<string, DeskRow>>;
}

/** Open a draft: a helper may be invited before anything is sent. Answered with `Started`. */
export interface StartConversation {
  readonly type: "conversation.start";
  readonly client_id: string;
  readonly language: string;
  readonly page_title?: string;
  /** The page on which the help was opened. */
  readonly page_url?: string;
}

/** The conversation exists. */
export interface Started {
  readonly conversation: string;
  /** For the person: `4821-7730`. */
  readonly number: string;
  readonly log_id: string;
}

/** Put the draft in line; the words become its first message. Answered with `Sent`. */
export interface Submit {
  readonly type: "conversation.submit";
  readonly conversation: string;
  readonly client_id: string;
  readonly topic: string;
  readonly words: string;
  /** How the person wants to be called. */
  readonly name?: string;
  /** Who wrote these words, when it was somebody else. */
  readonly helper?: string;
}

/** Write; on a closed conversation this opens it again. Answered with `Sent` after the commit. */
export interface Send {
  readonly type: "conversation.send";
  readonly conversation: string;
  readonly client_id: string;
  readonly text: string;
  /** An agent's last seq on the screen: when another agent wrote meanwhile the answer is `stale`. */
  readonly seen?: number;
}

/** Where the message stands in the log; its receipt is `{number}-{seq}`. */
export interface Sent {
  readonly seq: number;
  readonly at: number;
}

/** Send a document that was uploaded before. Answered with `Sent`. */
export interface Attach {
  readonly type: "conversation.attach";
  readonly conversation: string;
  readonly client_id: string;
  readonly file: string;
}

/** My watermarks: what arrived here, and what was on the screen. They only go up. Answered with `Done`. */
export interface Mark {
  readonly type: "conversation.mark";
  readonly conversation: string;
  readonly delivered: number;
  readonly read: number;
}

/** I leave; the place is kept, the answer comes in this thread with a notice. Answered with `Done`. */
export interface AnswerLater {
  readonly type: "conversation.later";
  readonly conversation: string;
  readonly later: boolean;
}

/** It is settled, or taken back. Answered with `Done`. */
export interface CloseConversation {
  readonly type: "conversation.close";
  readonly conversation: string;
}

/** How it was, in one tap: 1 no, 2 partly, 3 yes. Answered with `Done`. */
export interface Rate {
  readonly type: "conversation.rate";
  readonly conversation: string;
  readonly rating: number;
  readonly words?: string;
}

/** Mail me a link to this conversation, to the address of `notice.set_mail`. Answered with `Done`. */
export interface MailTranscript {
  readonly type: "conversation.mail_transcript";
  readonly conversation: string;
}

/** A short code to go on with on another device. Answered with `MadeCode`. */
export interface MakeCode {
  readonly type: "citizen.make_code";
}

/** Opens one login, once. */
export interface MadeCode {
  readonly code: string;
  readonly expires_at: number;
}

/** Ask the other side to go over to video; accepted by `call.accept`. Answered with `Proposed`. */
export interface ProposeCall {
  readonly type: "conversation.propose_call";
  readonly conversation: string;
}

/** It rings at the other side. */
export interface Proposed {
  readonly call: string;
}

/** No, or take my proposal back: the chat goes on. Answered with `Done`. */
export interface DeclineCall {
  readonly type: "conversation.decline_call";
  readonly conversation: string;
  readonly call: string;
}

/** The citizen asks somebody to write with them; said again, it renews link and code. Answered with `Invited`. */
export interface Invite {
  readonly type: "helper.invite";
  readonly conversation: string;
  readonly name: string;
}

/** Either way in, once told. */
export interface Invited {
  /** Person id. */
  readonly helper: string;
  /** `/entrer#SECRET`. */
  readonly path: string;
  /** Of the link; both end when the helper has come. */
  readonly expires_at: number;
  /** To say aloud. */
  readonly code: string;
  readonly code_expires_at: number;
}

/** The helper is here, under this name; sees what comes from now on. Answered with `Done`. */
export interface JoinHelp {
  readonly type: "helper.join";
  readonly conversation: string;
  readonly name: string;
}

/** The citizen lets the helper press Send, or no longer. Answered with `Done`. */
export interface AllowHelper {
  readonly type: "helper.allow";
  readonly conversation: string;
  readonly helper: string;
  readonly may_send: boolean;
}

/** The citizen ends the help or takes the invitation back, at once; or the helper leaves. Answered with `Done`. */
export interface EndHelp {
  readonly type: "helper.end";
  readonly conversation: string;
  readonly helper: string;
}

/** The citizen sends what the helper wrote, as it stood on the screen. Answered with `Sent`. */
export interface SendDraft {
  readonly type: "helper.send_draft";
  readonly conversation: string;
  readonly client_id: string;
  readonly helper: string;
  readonly text: string;
}

/** I am writing, or I stopped. Not in the log; forgotten after some seconds. Answered with `Done`. */
export interface SetTyping {
  readonly type: "writing.typing";
  readonly conversation: string;
  readonly typing: boolean;
}

/** What the helper has written so far, for the citizen's eyes. Not in the log. Answered with `Done`. */
export interface SetDraft {
  readonly type: "writing.draft";
  readonly conversation: string;
  readonly text: string;
}

/** An agent has this conversation on the screen (repeated every 15 s), or no longer. Answered with `Done`. */
export interface SetViewing {
  readonly type: "writing.viewing";
  readonly conversation: string;
  readonly viewing: boolean;
}

/**
 * What waiting was like lately: half of the last `sample` people waited at most `usual_s`, nine in ten `long_s`.
 */
export interface Estimate {
  readonly usual_s: number;
  readonly long_s: number;
  readonly sample: number;
}

/** A topic, as it stands now. */
export interface TopicRow {
  /** In the person's language. */
  readonly name: string;
  readonly position: number;
  readonly open: boolean;
  /** When open: closing time, Unix seconds. */
  readonly until?: number;
  /** When closed: next opening. */
  readonly next?: number;
  /** Open, and somebody is there who will answer: a live chat may be offered. */
  readonly live: boolean;
  readonly waiting: number;
  /** Absent when too few have waited lately to tell. */
  readonly estimate?: Estimate;
}

/** One of the person's conversations. */
export interface ThreadRow {
  readonly number: string;
  readonly log_id: string;
  readonly topic_name: string;
  readonly state: string;
  readonly last_at: number;
  readonly unread: boolean;
}

/** `GET /api/helpdesk/welcome?language=fr`: what is told to somebody before anything is known of them. */
export interface Welcome {
  /** Name of the administration. */
  readonly service: string;
  readonly topics: Readonly<Record<string, TopicRow>>;
  /** Documents are checked for viruses. */
  readonly scanned: boolean;
  /** Notices by mail can be sent from here. */
  readonly mail: boolean;
}

/** The view `help` of a citizen or a helper: where to begin, and where to go on. */
export interface HelpView {
  readonly me: string;
  readonly name: string;
  /** `citizen` or `helper`. */
  readonly role: string;
  readonly language: string;
  /** Name of the administration. */
  readonly service: string;
  readonly topics: Readonly<Record<string, TopicRow>>;
  readonly conversations: Readonly<Record<string, ThreadRow>>;
  /** Notices by mail can be sent from here. */
  readonly mail: boolean;
  /** Public VAPID key, base64url; empty: no push. */
  readonly push_key: string;
  /** How this person can be told of an answer: `mail`, `push`. */
  readonly ways: readonly string[];
  /** Documents are checked for viruses. */
  readonly scanned: boolean;
}

/** Somebody who takes, took or may take part. */
export interface ParticipantRow {
  readonly name: string;
  /** `citizen`, `helper` or `agent`. */
  readonly role: string;
  /** `here`, `away`, `gone`. */
  readonly presence: string;
  readonly delivered: number;
  readonly read: number;
  /** Of a helper: the citizen lets her press Send. */
  readonly may_send: boolean;
  /** Of a helper: has not come yet. */
  readonly invited: boolean;
  /** Was here; what she wrote keeps her name. */
  readonly left: boolean;
}

/** The truth about waiting. */
export interface Waiting {
  /** People before this one. */
  readonly ahead: number;
  /** Somebody is there who will answer. */
  readonly live: boolean;
  /** When nobody is: next opening, Unix seconds. */
  readonly answers_from?: number;
  readonly estimate?: Estimate;
  /** Name of the person's own advisor, while it is kept for her. */
  readonly first_for: string;
  /** Until when; then anybody may answer. */
  readonly first_until?: number;
  /** Name of the person's own advisor, who is not here: a colleague will answer. */
  readonly absent: string;
}

/** The view `conversation:{id}`, for everybody in it and the agents of its topic. */
export interface ConversationView {
  readonly conversation: string;
  readonly number: string;
  readonly log_id: string;
  /** The log is read from here on: a helper sees what came after she did. */
  readonly after: number;
  /** Notes and transfers; for agents only. */
  readonly desk_log: string;
  readonly me: string;
  /** Mine here: `citizen`, `helper`, `agent` (in it or of its topic), `supervisor`. */
  readonly role: string;
  /** `draft`, `waiting`, `open`, `snoozed`, `closed`, `reopened`. */
  readonly state: string;
  readonly version: number;
  readonly topic: string;
  readonly topic_name: string;
  readonly language: string;
  readonly page_title: string;
  readonly page_url: string;
  readonly created_at: number;
  /** Person who has it; empty for nobody. */
  readonly agent: string;
  /** She dropped out: until when it is kept for her, then it is offered to colleagues. */
  readonly agent_gone_until?: number;
  readonly snoozed_until?: number;
  readonly people: Readonly<Record<string, ParticipantRow>>;
  readonly waiting?: Waiting;
  /** The citizen has left and wants to be told of the answer. */
  readonly later: boolean;
  /** A call that is proposed or under way. */
  readonly call: string;
  /** Person who proposed it. */
  readonly call_by: string;
  /** File to state: `received`, `scanning`, `clean`, `infected`, `error`, `not_scanned`. */
  readonly documents: Readonly<Record<string, string>>;
  readonly rating: number;
  /** For agents: the person's own advisor; empty for none. */
  readonly follows: string;
  /** For agents: the person's other conversations that this agent may open, the latest 20. */
  readonly former: Readonly<Record<string, ThreadRow>>;
}

/** What one person is doing at this moment. */
export interface WritingRow {
  readonly typing: boolean;
  /** Of a helper, for the citizen and herself only. */
  readonly draft: string;
  /** An agent who has it on the screen; for agents only. */
  readonly viewing: boolean;
}

/** The view `writing:{id}`: of this moment, in no log. */
export interface WritingView {
  readonly people: Readonly<Record<string, WritingRow>>;
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
  | SetMail
  | AddPush
  | ForgetMe
  | Ask
  | ChangeQuestion
  | Cancel
  | Checked
  | SetFree
  | WriteNote
  | Say
  | Claim
  | Transfer
  | NoteDown
  | Snooze
  | Follow
  | SetPaused
  | SaveMacro
  | DeleteMacro
  | StartConversation
  | Submit
  | Send
  | Attach
  | Mark
  | AnswerLater
  | CloseConversation
  | Rate
  | MailTranscript
  | MakeCode
  | ProposeCall
  | DeclineCall
  | Invite
  | JoinHelp
  | AllowHelper
  | EndHelp
  | SendDraft
  | SetTyping
  | SetDraft
  | SetViewing;

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
  readonly "notice.set_mail": Done;
  readonly "notice.add_push": Done;
  readonly "notice.forget": Done;
  readonly "question.ask": Asked;
  readonly "question.change": Done;
  readonly "question.cancel": Done;
  readonly "pupil.checked": Done;
  readonly "volunteer.set_free": Done;
  readonly "lesson.write_note": Done;
  readonly "lesson.say": Said;
  readonly "desk.claim": Done;
  readonly "desk.transfer": Done;
  readonly "desk.note": Sent;
  readonly "desk.snooze": Done;
  readonly "desk.follow": Done;
  readonly "desk.set_paused": Done;
  readonly "macro.save": SavedMacro;
  readonly "macro.delete": Done;
  readonly "conversation.start": Started;
  readonly "conversation.submit": Sent;
  readonly "conversation.send": Sent;
  readonly "conversation.attach": Sent;
  readonly "conversation.mark": Done;
  readonly "conversation.later": Done;
  readonly "conversation.close": Done;
  readonly "conversation.rate": Done;
  readonly "conversation.mail_transcript": Done;
  readonly "citizen.make_code": MadeCode;
  readonly "conversation.propose_call": Proposed;
  readonly "conversation.decline_call": Done;
  readonly "helper.invite": Invited;
  readonly "helper.join": Done;
  readonly "helper.allow": Done;
  readonly "helper.end": Done;
  readonly "helper.send_draft": Sent;
  readonly "writing.typing": Done;
  readonly "writing.draft": Done;
  readonly "writing.viewing": Done;
}
