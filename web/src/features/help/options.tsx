import { useSignal } from "@preact/signals";
import { h } from "../../i18n/help";
import type { Help } from "../../state/help";
import type { Talk } from "../../state/help_talk";
import type { Session } from "../../state/session";
import { Dialog } from "../../ui/dialog";
import { Icon, type IconName } from "../../ui/icons";
import { ConfirmPage } from "./options_confirm";
import { DevicePage } from "./options_device";
import { InvitePage } from "./options_invite";
import { NoticePage } from "./options_notice";
import { SettingsPage } from "./options_settings";
import { TranscriptPage } from "./options_transcript";
import "./options.css";

export type OptionPage =
  | "menu"
  | "help"
  | "device"
  | "notice"
  | "transcript"
  | "settings"
  | "close"
  | "erase"
  | "leave";

export interface OptionsProps {
  help: Help;
  session: Session;
  talk: Talk;
  first: OptionPage;
  onClose: () => void;
}

/** What else one can do, one thing at a time. */
export function Options({ help, session, talk, first, onClose }: OptionsProps) {
  const page = useSignal<OptionPage>(first);
  const say = h.value.options;
  return (
    <Dialog title={titleOf(page.value)} onClose={onClose}>
      {page.value === "menu" ? (
        <Menu
          help={help}
          session={session}
          talk={talk}
          onPage={(next) => (page.value = next)}
          onClose={onClose}
        />
      ) : (
        <Page page={page.value} help={help} session={session} talk={talk} onClose={onClose} />
      )}
      <div class="options-foot">
        {page.value !== "menu" && first === "menu" && (
          <button type="button" class="link" onClick={() => (page.value = "menu")}>
            {h.value.back}
          </button>
        )}
        <button type="button" class="link" onClick={onClose} aria-label={`${h.value.close} : ${say.title}`}>
          {h.value.close}
        </button>
      </div>
    </Dialog>
  );
}

function titleOf(page: OptionPage): string {
  const say = h.value;
  if (page === "menu") return say.options.title;
  if (page === "close" || page === "erase") return say.confirm[page];
  return page === "leave" ? say.helper.leave : say.options[page];
}

type PageProps = Omit<OptionsProps, "first"> & { page: OptionPage };

function Page({ page, ...props }: PageProps) {
  switch (page) {
    case "help":
      return <InvitePage {...props} />;
    case "device":
      return <DevicePage session={props.session} />;
    case "notice":
      return <NoticePage help={props.help} session={props.session} />;
    case "transcript":
      return <TranscriptPage {...props} />;
    case "settings":
      return <SettingsPage onLanguage={(language) => props.help.welcome.speak(language)} />;
    case "close":
    case "erase":
    case "leave":
      return <ConfirmPage what={page} {...props} />;
    case "menu":
      return null;
  }
}

interface Choice {
  readonly icon: IconName;
  readonly words: string;
  readonly act: () => void;
}

function Menu(props: Omit<OptionsProps, "first"> & { onPage: (page: OptionPage) => void }) {
  const { help, session, talk, onPage, onClose } = props;
  const say = h.value.options;
  const view = talk.view.value;
  const to = (page: OptionPage) => () => onPage(page);
  const choices: Choice[] = [];
  if (view?.role === "citizen") {
    choices.push({ icon: "together", words: say.help, act: to("help") });
    if (view.agent && !view.call) {
      choices.push({
        icon: "camera",
        words: h.value.call.propose,
        act: () => {
          session.send({ type: "conversation.propose_call", conversation: talk.id }).catch(() => undefined);
          onClose();
        },
      });
    }
    choices.push({ icon: "bell", words: say.notice, act: to("notice") });
    choices.push({ icon: "phone", words: say.device, act: to("device") });
  }
  choices.push({ icon: "document", words: say.transcript, act: to("transcript") });
  choices.push({ icon: "sound", words: say.settings, act: to("settings") });
  if (view?.role === "citizen") {
    choices.push({
      icon: "chat",
      words: say.threads,
      act: () => {
        help.show("");
        onClose();
      },
    });
    if (view.state !== "closed") choices.push({ icon: "check", words: say.close, act: to("close") });
    choices.push({ icon: "cross", words: say.erase, act: to("erase") });
  } else choices.push({ icon: "cross", words: h.value.helper.leave, act: to("leave") });
  return (
    <ul class="choices">
      {choices.map((choice) => (
        <li key={choice.words}>
          <button type="button" class="choice" onClick={choice.act}>
            <Icon name={choice.icon} />
            <span>{choice.words}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
