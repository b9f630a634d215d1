// The button that opens the box in a corner. It works before the rest is there, and the rest draws it the same way.

import { DRAWINGS, el, icon } from "./dom.js";

// As the language packs have it; a test compares them.
export const LABELS = { en: "Ask about this article", de: "Zu diesem Artikel fragen" };

export const LAUNCH_STYLE = `
:host { all: initial !important; display: block !important; }
:host([hidden]) { display: none !important; }
.launch {
  all: unset; box-sizing: border-box; position: fixed; inset-block-end: max(1em, env(safe-area-inset-bottom)); inset-inline-end: 1em;
  z-index: var(--ldnqa-layer, 2147483000); display: inline-flex; align-items: center; gap: 0.6em; min-height: 3em; max-width: calc(100vw - 2em);
  padding: 0.6em 1.2em; border: 1px solid transparent; border-radius: 2em; cursor: pointer;
  font: 600 var(--ldnqa-font-size, medium)/1.3 var(--ldnqa-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif);
  background: var(--ldnqa-accent, light-dark(#0b5f5c, #7fd1c8)); color: var(--ldnqa-accent-text, light-dark(#fff, #08211f));
  box-shadow: 0 1px 3px rgb(0 0 0 / 0.25), 0 6px 20px rgb(0 0 0 / 0.18);
}
.launch { color-scheme: light dark; }
:host([theme="light"]) .launch { color-scheme: light; }
:host([theme="dark"]) .launch { color-scheme: dark; }
.launch:focus-visible { outline: 3px solid Highlight; outline-offset: 3px; }
.launch .icon { width: 1.35em; height: 1.35em; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
@media print { .launch { display: none; } }
`;

/** A press runs the button's `act`, which can be replaced while somebody is pressing it. */
export function launchButton(label, act) {
  const button = el("button", { type: "button", class: "launch", part: "launcher", "aria-expanded": "false", on: { click: () => button.act() } }, icon(...DRAWINGS.ask), el("span", {}, label));
  button.act = act;
  return button;
}

/** Draws the button into `box`, which is not a box yet; the first touch runs `load`, a press opens what it loaded. */
export function offer(box, load) {
  if (box.shadowRoot) return;
  const root = box.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(LAUNCH_STYLE);
  root.adoptedStyleSheets = [sheet];
  const language = (box.lang || document.documentElement.lang || "en").slice(0, 2);
  const button = launchButton(box.getAttribute("label") || LABELS[language] || LABELS.en, () => load().then(() => box.open()));
  for (const touch of ["pointerenter", "focus"]) button.addEventListener(touch, () => load().catch(() => {}), { once: true });
  root.append(button);
}
