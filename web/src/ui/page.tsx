import type { ComponentChildren } from "preact";
import { Announcer } from "./announcer";
import { useKeptFocus } from "./focus";

/** The frame of every page: skip link, brand, what the header offers, main landmark. */
export function Page(props: {
  brand: string;
  skip: string;
  home: string;
  tools: ComponentChildren;
  banner?: ComponentChildren;
  footer?: ComponentChildren;
  /** Without header: the lesson needs the whole screen. */
  bare?: boolean;
  children: ComponentChildren;
}) {
  useKeptFocus();
  if (props.bare) {
    return (
      <div class="whole">
        {props.banner}
        <main id="main" tabIndex={-1}>
          {props.children}
        </main>
        <Announcer />
      </div>
    );
  }
  return (
    <>
      <a class="skip" href="#main">
        {props.skip}
      </a>
      <header class="top">
        <a class="brand" href={props.home}>
          <img src="/icon.svg" alt="" />
          {props.brand}
        </a>
        <div class="row">{props.tools}</div>
      </header>
      {props.banner}
      <main id="main" class="main" tabIndex={-1}>
        {props.children}
      </main>
      {props.footer && <footer class="foot">{props.footer}</footer>}
      <Announcer />
    </>
  );
}
