import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { h } from "../../i18n/help";
import type { Help } from "../../state/help";
import { Icon } from "../../ui/icons";
import { lazily } from "../../widgets/lazy";
import { Ended } from "./ended";
import { Frame } from "./frame";
import { Join } from "./join";
import { Leaving } from "./leaving";
import type { OptionPage } from "./options";
import { Welcome } from "./welcome";

function Loading() {
  return <p class="soft loading">{h.value.loading}</p>;
}

const talk = lazily(async () => (await import("./talk")).Talk, Loading);
const options = lazily(
  async () => (await import("./options")).Options,
  () => <></>,
);

/** The whole of the help: one screen at a time. */
export function App({ help }: { help: Help }) {
  const page = useSignal<OptionPage | "">("");
  const session = help.door.session.value;
  const screen = help.screen.value;
  const current = help.talk.value;
  useScreenFocus(`${screen} ${current?.id ?? ""} ${String(isDraft(help))}`);
  useEffect(() => {
    if (screen === "welcome" || screen === "leaving") talk.fetch();
  }, [screen]);
  useEscape(help);
  const talking = screen === "talk" && session && current;
  return (
    <>
      <Frame
        service={help.welcome.offer.value?.service ?? ""}
        embedded={help.host.embedded}
        link={session?.link.value ?? "live"}
        onLanguage={(language) => help.welcome.speak(language)}
        tools={talking && <MoreButton onClick={() => (page.value = "menu")} />}
      >
        {talking ? (
          <talk.Component
            help={help}
            session={session}
            talk={current}
            onOption={(wanted) => (page.value = wanted)}
          />
        ) : (
          <Quiet help={help} />
        )}
      </Frame>
      {talking && page.value && (
        <options.Component
          help={help}
          session={session}
          talk={current}
          first={page.value}
          onClose={() => (page.value = "")}
        />
      )}
    </>
  );
}

/** Escape closes the help wherever the focus is in it; a dialog in here closes itself first. */
function useEscape(help: Help): void {
  useEffect(() => {
    const close = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) help.host.close();
    };
    document.addEventListener("keydown", close);
    return () => document.removeEventListener("keydown", close);
  }, [help]);
}

/** The form of a draft is another screen than the talk that it becomes. */
function isDraft(help: Help): boolean {
  return help.talk.value?.view.value?.state === "draft";
}

function MoreButton({ onClick }: { onClick: () => void }) {
  const words = h.value.talk.options;
  return (
    <button
      type="button"
      class="button head-button"
      aria-haspopup="dialog"
      aria-label={words}
      title={words}
      onClick={onClick}
    >
      <Icon name="more" />
    </button>
  );
}

/** The screens without a conversation. */
function Quiet({ help }: { help: Help }) {
  switch (help.screen.value) {
    case "welcome":
      return <Welcome help={help} />;
    case "leaving":
      return <Leaving help={help} />;
    case "join":
      return <Join help={help} />;
    case "ended":
      return <Ended help={help} />;
    case "loading":
    case "talk":
      return <Loading />;
  }
}

/** On another screen the focus goes to its heading; not at the beginning, when the host page may have it. */
function useScreenFocus(screen: string): void {
  const before = useRef(screen);
  useEffect(() => {
    if (before.current === screen) return;
    before.current = screen;
    if (!document.hasFocus()) return;
    const heading = document.querySelector<HTMLElement>("#main h1");
    heading?.focus({ preventScroll: true });
    document.getElementById("main")?.scrollTo({ top: 0 });
  }, [screen]);
}
