// How the box looks: one constructed sheet for all boxes of a page, which no policy against inline styles minds.
//
// `all: initial` with !important shuts the host's rules out; the --ldnqa-* variables and the parts let them in again.
// Its own variables are set inside the box, where no variable of the same name on the host's side can reach them.

import { LAUNCH_STYLE } from "./launch.js";

const STYLE = `
${LAUNCH_STYLE}
:host { color-scheme: light dark !important; }
.box, .panel, .way-back {
  --paper: var(--ldnqa-background, light-dark(#ffffff, #1c2220)); --ink: var(--ldnqa-text, light-dark(#1d2321, #e7ebe8));
  --quiet: var(--ldnqa-muted, light-dark(#55605c, #a9b4af)); --line: var(--ldnqa-border, light-dark(#dcdfd9, #35403c));
  --accent: var(--ldnqa-accent, light-dark(#0b5f5c, #7fd1c8)); --on-accent: var(--ldnqa-accent-text, light-dark(#ffffff, #08211f));
  --soft: light-dark(#eaf2ef, #1d2b28); --urgent: light-dark(#a3141d, #ff9d9d); --urgent-soft: light-dark(#fdecec, #3a1719);
  --warn: light-dark(#7a4300, #eeb36b); --warn-soft: light-dark(#fdf6e9, #2a2316);
  --guideline: light-dark(#0b5f5c, #7fd1c8); --drug_label: light-dark(#7a4300, #eeb36b);
  --research: light-dark(#2f4a9c, #a9bcff); --editorial: light-dark(#6b3580, #dcaaf0);
  --radius: var(--ldnqa-radius, 0.6em);
  --sans: var(--ldnqa-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif);
  --serif: var(--ldnqa-quote-font, "Iowan Old Style", "Palatino Linotype", Palatino, Charter, "Source Serif 4", "Noto Serif", Georgia, serif);
}
:host([theme="light"]) { color-scheme: light !important; }
:host([theme="dark"]) { color-scheme: dark !important; }
@media (prefers-contrast: more) { .box, .panel, .way-back { --quiet: var(--ink); --line: var(--ink); } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.box, .panel, .way-back { font: 400 var(--ldnqa-font-size, medium)/1.55 var(--sans); color: var(--ink); overflow-wrap: break-word; text-align: start; }
.box { container-type: inline-size; background: var(--paper); border: 1px solid var(--line); border-block-start: 4px solid var(--accent); border-radius: var(--radius); padding: 1.3em clamp(0.9em, 4cqi, 1.7em); }
.unseen { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
h2, h3, h4 { font-family: var(--serif); font-weight: 600; line-height: 1.25; margin: 0; text-wrap: balance; }
h2 { font-size: 1.45em; text-wrap: wrap; } h3 { font-size: 1.25em; } h4 { font-size: 1.05em; margin-block: 1.2em 0.4em; }
p, ul, ol, dl, dd, blockquote, fieldset { margin: 0; padding: 0; border: 0; } ul, ol { list-style: none; }
p { text-wrap: pretty; } .lines { white-space: pre-line; } .quiet { color: var(--quiet); } .small { font-size: 0.88em; }
.promise { font-size: 0.92em; margin-block-start: 0.25em; }
.caption { font-size: 0.78em; font-weight: 650; letter-spacing: 0.03em; color: var(--quiet); margin-block-end: 0.35em; }
a { color: var(--accent); text-underline-offset: 0.18em; text-decoration-thickness: 0.06em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.icon { width: 1.25em; height: 1.25em; flex: none; fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
button { font: inherit; color: inherit; cursor: pointer; min-height: 1.75em; min-width: 1.5em; }
button:disabled { cursor: default; opacity: 1; color: var(--quiet); }
.link { background: none; border: 0; padding: 0.1em 0.15em; color: var(--accent); text-decoration: underline; text-decoration-thickness: 0.06em; text-underline-offset: 0.18em; }
.minor { background: none; border: 1px solid var(--accent); border-radius: var(--radius); color: var(--accent); font-weight: 600; padding: 0.4em 1em; }
.minor:disabled { border-color: var(--line); color: var(--quiet); }
.row { display: flex; flex-wrap: wrap; gap: 0.5em 1em; align-items: center; margin-block-start: 0.8em; }

.log:focus { outline: none; }
.turn { padding-block: 1.4em; border-block-end: 1px solid var(--line); scroll-margin-block-start: 0.8em; }
header + .scroll .turn:first-child { margin-block-start: 1em; border-block-start: 1px solid var(--line); }
.looking { display: flex; align-items: center; gap: 0.6em; color: var(--quiet); margin-block-start: 0.7em; }
.dots { display: inline-flex; gap: 0.28em; } .dots i { width: 0.42em; height: 0.42em; border-radius: 50%; background: var(--accent); animation: breathe 1.4s infinite ease-in-out; }
.dots i:nth-child(2) { animation-delay: 0.2s; } .dots i:nth-child(3) { animation-delay: 0.4s; }
@keyframes breathe { 0%, 70%, 100% { opacity: 0.25; } 35% { opacity: 1; } }
.understood:not(:empty) { color: var(--quiet); font-size: 0.92em; margin-block-start: 0.3em; }
.alarm { margin-block: 0.9em; padding: 0.8em 1em; background: var(--urgent-soft); border: 2px solid var(--urgent); border-inline-start-width: 0.5em; border-radius: var(--radius); font-size: 1.06em; font-weight: 500; }
.alarm:not(.of-emergency) { font-size: 0.95em; font-weight: 400; padding: 0.65em 0.9em; border-width: 1px; border-inline-start-width: 0.35em; }
.alarm-name { color: var(--urgent); font-weight: 750; margin-block-end: 0.15em; }
.tel { display: inline-block; color: inherit; font-weight: 800; white-space: nowrap; padding: 0.05em 0.3em; margin-inline: 0.05em; min-height: 1.6em; border: 1px solid var(--urgent); border-radius: 0.35em; text-decoration: none; background: var(--paper); }
.words:not(:empty) { margin-block-start: 0.8em; border-inline-start: 3px solid var(--line); padding-inline-start: 0.9em; display: grid; gap: 0.6em; }
.limits:not(:empty) { margin-block-start: 0.9em; display: grid; gap: 0.4em; }
.limit { padding: 0.55em 0.9em; background: var(--warn-soft); border-inline-start: 0.3em solid var(--warn); border-radius: calc(var(--radius) * 0.7); font-size: 0.95em; font-weight: 500; }
.notes:not(:empty) { margin-block-start: 1.2em; padding: 0.6em 0.9em; background: var(--warn-soft); border-radius: var(--radius); font-size: 0.85em; line-height: 1.5; }
.notes .caption { color: var(--warn); font-size: 0.92em; margin-block-end: 0.15em; } .notes ul { display: grid; gap: 0.3em; }

.group { margin-block-start: 1.1em; padding-inline-start: 0.95em; border-inline-start: 3px solid var(--line); }
.of-guideline { border-color: var(--guideline); } .of-drug_label { border-color: var(--drug_label); } .of-research { border-color: var(--research); } .of-editorial { border-color: var(--editorial); }
.labels { display: flex; flex-wrap: wrap; gap: 0.1em 0.7em; font-size: 0.8em; font-weight: 650; line-height: 1.4; }
.tier-guideline { color: var(--guideline); } .tier-drug_label { color: var(--drug_label); } .tier-research { color: var(--research); } .tier-editorial { color: var(--editorial); }
.regimen { color: var(--quiet); } .regimen::before { content: "·"; margin-inline-end: 0.7em; }
.statement + .statement { margin-block-start: 0.75em; }
.said { font-family: var(--serif); font-size: 1.1em; line-height: 1.6; margin-block-start: 0.15em; }
.cite { font: 650 0.74em/1.2 var(--sans); min-width: 2em; min-height: 2em; padding: 0.1em 0.4em; margin-inline-start: 0.2em; border: 1px solid var(--line); border-radius: 0.45em; background: var(--soft); color: var(--accent); vertical-align: 0.08em; font-variant-numeric: tabular-nums; }
.cite:hover, .cite[aria-expanded="true"] { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.cited { margin-block: 0.6em 0.2em; }
details { margin-block-start: 0.4em; } summary { cursor: pointer; color: var(--accent); font-size: 0.88em; padding-block: 0.2em; width: fit-content; }
details blockquote { font-family: var(--serif); color: var(--quiet); margin-block-start: 0.2em; }
details dt { font-weight: 600; font-size: 0.92em; margin-block-start: 0.4em; } details dd { font-size: 0.92em; }

.source-list .number { font-weight: 650; font-variant-numeric: tabular-nums; }
.sources { border-block-start: 1px solid var(--line); } .source { border-block-end: 1px solid var(--line); }
.line { all: unset; box-sizing: border-box; display: flex; align-items: baseline; gap: 0.7em; width: 100%; padding-block: 0.5em; cursor: pointer; font-size: 0.92em; line-height: 1.4; }
.line:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.line .number { min-width: 1.1em; text-align: end; color: var(--accent); } .line .where { flex: 1; min-width: 0; }
.line::after { content: ""; flex: none; width: 0.45em; height: 0.45em; margin-inline: 0.3em; border: solid var(--quiet); border-width: 0 1.5px 1.5px 0; transform: rotate(45deg) translateY(-0.2em); }
.line[aria-expanded="true"]::after { transform: rotate(225deg) translateY(-0.1em); }
.line:hover .where { color: var(--accent); }
.body { padding-block-end: 0.8em; } .body.closed { display: none; }
.card { background: var(--soft); border-radius: var(--radius); padding: 0.8em 0.95em; font-size: 0.92em; }
.card > blockquote { font-family: var(--serif); font-size: 1.08em; line-height: 1.55; margin-block: 0.4em 0.6em; }
.card dl > div { display: flex; flex-wrap: wrap; gap: 0 0.6em; } .card dt { color: var(--quiet); min-width: 7.5em; } .card dd { flex: 1 1 14em; min-width: 0; }
.card dl, .card .references { font-size: 0.94em; } .card > .caption { margin-block: 0.7em 0.15em; } .references li { padding-block: 0.1em; }
.conflict > p { font-size: 0.92em; }
.way { margin-block-start: 0.6em; } .way:empty { display: none; } .way > * { font-weight: 600; display: inline-block; padding: 0.1em 0; }
.conflict { margin-block-start: 1.2em; border: 1px solid var(--warn); border-radius: var(--radius); padding: 0.8em 0.95em; }
.conflict h4 { margin-block: 0 0.3em; color: var(--warn); }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 14em), 1fr)); gap: 0.7em; margin-block-start: 0.7em; }
.side { background: var(--warn-soft); border-radius: calc(var(--radius) * 0.7); padding: 0.6em 0.8em; font-size: 0.92em; } .side blockquote { font-family: var(--serif); margin-block: 0.25em; }
.side .quiet { font-size: 0.88em; }
.disclaimer { font-size: 0.8em; line-height: 1.5; color: var(--quiet); border-block-start: 1px solid var(--line); padding-block-start: 0.7em; margin-block-start: 1.1em; display: block !important; visibility: visible !important; }
.disclaimer details { margin: 0; } .disclaimer summary { color: var(--quiet); font-size: 1em; padding-block: 0.35em; }
.after .tools { display: flex; flex-wrap: wrap; gap: 0.2em 0.4em; align-items: center; margin-block-start: 0.7em; margin-inline-start: -0.5em; }
.tool { display: inline-flex; align-items: center; gap: 0.4em; background: none; border: 1px solid transparent; border-radius: var(--radius); padding: 0.25em 0.5em; font-size: 0.86em; color: var(--quiet); }
.tool:hover:enabled { background: var(--soft); color: var(--accent); } .tool[aria-pressed="true"] { color: var(--accent); border-color: currentColor; font-weight: 600; }
.tools [role="status"] { font-size: 0.86em; margin-inline-start: 0.3em; }
.why { display: grid; gap: 0.5em; margin-block-start: 0.8em; background: var(--soft); border-radius: var(--radius); padding: 0.9em; font-size: 0.92em; }
.why legend { font-weight: 600; padding: 0; } .choice { display: flex; gap: 0.5em; align-items: center; min-height: 1.9em; } .choice input { width: 1.1em; height: 1.1em; accent-color: var(--accent); flex: none; margin: 0; }
.why .row { margin-block-start: 0.2em; }
.mishap { margin-block-start: 0.8em; border-inline-start: 4px solid var(--urgent); background: var(--urgent-soft); border-radius: 0 var(--radius) var(--radius) 0; padding: 0.6em 0.9em; }
.mishap.calm { border-color: var(--quiet); background: var(--soft); } .mishap .quiet { font-size: 0.88em; margin-block-start: 0.2em; overflow-wrap: anywhere; }

.suggestions { margin-block-start: 1.2em; }
.suggestions ul { display: grid; gap: 0.4em; } .suggestion { width: 100%; text-align: start; background: none; border: 1px solid var(--line); border-radius: var(--radius); padding: 0.45em 0.8em; color: var(--accent); line-height: 1.4; }
.suggestion:hover { background: var(--soft); border-color: var(--accent); }
.compose { margin-block-start: 1.4em; display: grid; gap: 0.45em; }
.ask-label { font-weight: 600; font-size: 0.95em; margin-block-start: 0.3em; }
.entry { display: flex; gap: 0.6em; align-items: stretch; } .entry textarea { flex: 1 1 auto; }
textarea { min-width: 0; width: 100%; font: inherit; font-size: max(1em, 16px); line-height: 1.45; color: inherit; background: light-dark(#fcfbf8, #141817); background: var(--ldnqa-background, light-dark(#fcfbf8, #141817)); border: 1px solid var(--quiet); border-radius: var(--radius); padding: 0.55em 0.7em; resize: vertical; min-height: 3.9em; field-sizing: content; max-height: 14em; }
textarea::placeholder { color: var(--quiet); opacity: 1; } textarea[aria-invalid="true"] { border-color: var(--urgent); }
.send { flex: none; align-self: end; min-width: 5.2em; min-height: 2.8em; padding: 0.5em 1.3em; background: var(--accent); color: var(--on-accent); border: 1px solid transparent; border-radius: var(--radius); font-weight: 650; }
.send:hover { filter: brightness(1.08); }
.too-long { color: var(--urgent); font-weight: 600; font-size: 0.9em; } .too-long:empty { display: none; }
.chips { display: flex; flex-wrap: wrap; gap: 0.4em; margin-block-start: 0.4em; }
.chip { border: 1px solid var(--line); border-radius: 2em; background: none; padding: 0.25em 0.85em; font-size: 0.9em; min-height: 1.95em; color: var(--accent); } .chip:hover { background: var(--soft); border-color: var(--accent); }
.compose > .disclaimer { margin-block-start: 0.3em; }
@container (max-width: 24em) { .entry { flex-direction: column; } .send { align-self: stretch; } }

.panel { position: fixed; z-index: var(--ldnqa-layer, 2147483000); inset-inline-end: 1em; inset-block-end: calc(5em + var(--below, 0px)); width: min(28em, calc(100vw - 2em)); height: min(44em, calc(var(--room, 100dvh) - 6.5em)); background: var(--paper); border: 1px solid var(--line); border-radius: calc(var(--radius) * 1.4); box-shadow: 0 4px 14px rgb(0 0 0 / 0.18), 0 18px 50px rgb(0 0 0 / 0.22); overflow: hidden; display: flex; flex-direction: column; }
.inside { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; } .panel .box { border: 0; border-block-start: 4px solid var(--accent); border-radius: 0; min-height: 100%; }
.panel header { padding-inline-end: 2.5em; }
.shut { position: absolute; inset-block-start: 0.9em; inset-inline-end: 0.8em; z-index: 1; width: 2.4em; height: 2.4em; border: 1px solid transparent; border-radius: 50%; background: var(--paper); color: var(--quiet); display: grid; place-items: center; padding: 0; }
.shut:hover { background: var(--soft); color: var(--accent); }
@media (max-width: 30em) { .panel { inset-inline: 0; inset-block-end: var(--below, 0px); width: auto; height: var(--room, 100dvh); border: 0; border-radius: 0; } }
.way-back { position: fixed; z-index: var(--ldnqa-layer, 2147483000); inset-block-end: max(1em, env(safe-area-inset-bottom)); inset-inline: 0; margin-inline: auto; width: fit-content; display: flex; background: var(--accent); color: var(--on-accent); border-radius: 2em; box-shadow: 0 2px 10px rgb(0 0 0 / 0.3); overflow: hidden; }
.way-back button { background: none; border: 1px solid transparent; padding: 0.55em 1.1em; font-weight: 600; display: grid; place-items: center; min-height: 2.6em; } .way-back button + button { padding-inline: 0.7em 0.9em; }
.way-back button:focus-visible { outline-color: var(--on-accent); outline-offset: -4px; border-radius: 2em; }
@media (prefers-reduced-motion: reduce) { *, *::before, *::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; } }
@media (forced-colors: active) { .alarm, .send, .cite, .chip, .suggestion { border-color: CanvasText; } .icon { stroke: ButtonText; } }
@media print {
  :host { color-scheme: light !important; }
  .box, .panel { --paper: #fff; --ink: #000; --quiet: #333; --soft: #fff; --warn-soft: #fff; --urgent-soft: #fff; }
  .compose > :not(.disclaimer), .suggestions, .tools, .why, .panel .shut, .way-back, .looking, .row, .promise { display: none !important; }
  .panel { position: static; height: auto; width: auto; overflow: visible; box-shadow: none; } .inside { overflow: visible; }
  .box { border: 0; padding: 0; } .body.closed { display: block; } .line::after { content: none; } .cited { display: none !important; }
  .statement, .source, .side { break-inside: avoid-page; } .turn { border: 0; } details::details-content { content-visibility: visible; block-size: auto; }
}
`;

let sheet;

/** The sheet, made on first use and shared by every box of the page. */
export function styleSheet() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
  }
  return sheet;
}
