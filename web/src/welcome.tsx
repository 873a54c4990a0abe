import { render } from "preact";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/ui.css";
import { Welcome } from "./features/welcome/welcome";
import { restoreLanguage, t } from "./i18n";
import { takeToken } from "./state/sign_in";
import { Page } from "./ui/page";
import { LanguageButton } from "./widgets/language_button";

const token = takeToken();

function App() {
  return (
    <Page brand={t.value.common.brand} skip={t.value.common.skip} home="/" tools={<LanguageButton />}>
      <Welcome token={token} />
    </Page>
  );
}

void restoreLanguage().then(() => {
  const root = document.getElementById("page");
  if (root) render(<App />, root);
});
