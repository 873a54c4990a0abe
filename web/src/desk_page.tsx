import { Console } from "./features/desk/console";
import { t } from "./i18n";
import type { Board } from "./state/desk_board";
import { Announcer } from "./ui/announcer";
import { Page } from "./ui/page";
import { LanguageButton } from "./widgets/language_button";
import { LinkBanner } from "./widgets/link_banner";

/** The console, or why there is none. */
export function DeskPage({ board }: { board: Board }) {
  const { session } = board;
  const desk = board.view.value;
  if (desk && !board.ended.value && session.link.value !== "ended") {
    return (
      <>
        <Console board={board} desk={desk} />
        <Announcer />
      </>
    );
  }
  const say = t.value.ended;
  const over = board.ended.value !== undefined || session.link.value === "ended";
  return (
    <Page
      brand={t.value.common.brand}
      skip={t.value.common.skip}
      home="/"
      tools={<LanguageButton />}
      banner={<LinkBanner link={session.link} />}
    >
      {over ? (
        <div class="stack">
          <h1>{say.title}</h1>
          <p>{say.text}</p>
          <a class="button" data-tone="primary" data-size="large" href="/entrer">
            {say.action}
          </a>
        </div>
      ) : (
        <p class="soft">{t.value.common.loading}</p>
      )}
    </Page>
  );
}
