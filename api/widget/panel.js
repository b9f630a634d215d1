// What floats above a page: the launcher with the panel it opens, and the way back from an article to an answer.

import { DRAWINGS, el, icon } from "./dom.js";
import { launchButton } from "./launch.js";

/** Draws the launcher into `root`; what it opens goes into `inside`. `toggle` is what its buttons do. */
export function launcher(root, { say, label, signal, toggle }) {
  const early = [...root.children].find((child) => child.matches(".launch"));
  const button = early ?? launchButton(label || say("launcher"));
  button.act = () => toggle();
  button.lastChild.textContent = label || say("launcher");
  const shut = closer(say, "shut", () => toggle(false));
  const inside = el("div", { class: "inside" });
  const panel = el("div", { class: "panel", part: "panel", role: "dialog", "aria-label": say("launcher"), lang: say.language, hidden: true }, shut, inside);
  panel.addEventListener("keydown", (event) => event.key === "Escape" && toggle(false));
  // A button that is there already stays where it is: a reader may be on it, or pressing it.
  for (const other of [...root.children]) if (other !== early) other.remove();
  if (!early) root.append(button);
  root.append(panel);
  fitKeyboard(root, signal);
  return {
    inside,
    isOpen: () => !panel.hidden,
    show(open) {
      panel.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      if (!open) button.focus();
    },
  };
}

function closer(say, name, act) {
  return el("button", { type: "button", class: name, "aria-label": say("close"), on: { click: act } }, icon(...DRAWINGS.close));
}

/** Keeps the panel inside what an on-screen keyboard leaves of the window, and the input in sight. */
function fitKeyboard(root, signal) {
  const view = globalThis.visualViewport;
  if (!view) return;
  const sheet = new CSSStyleSheet();
  const fit = () => sheet.replaceSync(`.panel { --room: ${view.height}px; --below: ${Math.max(0, innerHeight - view.height - view.offsetTop)}px; }`);
  const follow = () => {
    fit();
    if (root.activeElement?.matches("textarea")) root.activeElement.scrollIntoView({ block: "nearest" });
  };
  fit();
  view.addEventListener("resize", follow, { signal });
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

/** Draws the way back into `root`: `undo` takes the mark off the article, `back` returns to the answer. */
export function wayBack(root, { say, undo, back }) {
  root.querySelector(".way-back")?.remove();
  const leave = () => {
    undo();
    chip.remove();
  };
  const go = () => {
    leave();
    back();
  };
  const chip = el("div", { class: "way-back", lang: say.language }, el("button", { type: "button", on: { click: go } }, say("back")), closer(say, "leave", leave));
  root.append(chip);
}
