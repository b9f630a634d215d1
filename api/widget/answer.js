// Draws one answer, part by part as it arrives and whole at the end. It is never without its disclaimer.

import { el, woven } from "./dom.js";
import { labels, sourceCard, sourceList, standing } from "./source.js";

const PLAIN_FIRST = ["patient", "caregiver"];
// Where a notice of each kind is shown: a danger above everything, what the answer lacks right above its words, and any
// other below them.
const ALARMS = ["emergency", "opioid_interaction"];
const LIMITS = ["other_regimen", "other_people", "partly_answered"];
// Runs of digits with single spaces or hyphens between them. Fewer than three digits are no telephone number.
const NUMBER = /(?<![\w.,])\+?\d(?:[ -]?\d)+(?![\w%.,]*\d)(?! ?(?:mg|mcg|ml|g|%))/g;
const LEAST_DIGITS = 3;

/** The drawing of an answer: `part(name, data)` as it comes, then `finish(answer)`; `node` is where it is drawn. */
export function answerView(box) {
  const { say } = box;
  const place = (name, tag = "div") => el(tag, { class: name });
  const [understood, alarms, words, limits, statements, conflicts, notes, glossary, sources] = [
    "understood", "alarms", "words", "limits", "statements", "conflicts", "notes", "glossary", "source-list",
  ].map((name) => place(name));
  const mandated = disclaimerNote(box);
  const node = el("div", { class: "answer", part: "answer", lang: box.language }, understood, alarms, words, limits, statements, conflicts, notes, glossary, sources, mandated.node);
  const known = new Map();
  let drawn = [];
  let group = null;

  function meta({ disclaimer: { text }, status }) {
    node.dataset.status = status ?? "";
    mandated.write(text);
  }

  function notice({ kind, text }) {
    if (ALARMS.includes(kind)) {
      const name = say(kind === "emergency" ? "urgent" : "warning");
      alarms.append(el("div", { class: `alarm of-${kind}`, role: "alert", part: "notice" }, el("p", { class: "alarm-name" }, name), el("p", { class: "lines" }, dialable(text))));
    } else if (LIMITS.includes(kind)) {
      limits.append(el("p", { class: "limit", dir: "auto", part: "notice" }, text));
    } else {
      if (!notes.firstChild) notes.append(el("p", { class: "caption" }, say("good_to_know")), el("ul", {}));
      notes.lastChild.append(el("li", { class: "note", part: "notice" }, text));
    }
  }

  function statement(one) {
    const kind = `${one.tier} ${one.regimen}`;
    if (group?.kind !== kind) {
      group = { kind, list: el("ul", {}) };
      statements.append(el("section", { class: `group of-${one.tier}` }, labels(say, one), group.list));
    }
    drawn.push(one.text);
    const plain = PLAIN_FIRST.includes(box.audience) && one.plain;
    const cites = one.source_indexes.map((index) => citation(index));
    group.list.append(
      el(
        "li",
        { class: "statement", part: "statement" },
        one.drafted && el("p", { class: "drafted lines", dir: "auto", part: "drafted" }, el("span", { class: "caption" }, say("drafted")), " ", one.drafted),
        el("p", { class: "said lines", dir: "auto" }, plain || one.text, " ", cites.map(({ button }) => button)),
        plain && el("details", {}, el("summary", {}, say("verbatim")), el("blockquote", { class: "lines", dir: "auto" }, one.text)),
        cites.map(({ body }) => body),
      ),
    );
  }

  /** A number that opens the source behind it, and the place where that opens; Escape closes it again. */
  function citation(index) {
    const id = box.name("cited");
    const body = el("div", { id, class: "cited", hidden: true });
    const source = () => known.get(index);
    const toggle = (open) => {
      body.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      body.replaceChildren(...(open && source() ? [sourceCard(box, source())] : []));
      if (open && source()) box.emit("citation-open", { index, source: source() });
    };
    const about = source() ? say("source", { index, where: standing(say, source()) }) : String(index);
    const button = el(
      "button",
      { type: "button", class: "cite", part: "citation", "aria-label": about, "aria-expanded": "false", "aria-controls": id, on: { click: () => toggle(body.hidden) } },
      String(index),
    );
    body.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      toggle(false);
      button.focus();
    });
    button.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || body.hidden) return;
      event.stopPropagation();
      toggle(false);
    });
    return { button, body };
  }

  function part(name, data) {
    if (name === "meta") meta(data);
    else if (name === "source") known.set(data.index, data);
    else if (name === "statement") statement(data);
    else if (name === "notice") notice(data);
  }

  function finish(answer) {
    meta(answer);
    for (const source of answer.sources) known.set(source.index, source);
    alarms.replaceChildren();
    limits.replaceChildren();
    notes.replaceChildren();
    answer.notices.forEach(notice);
    // What has been drawn already stays as it is, so that nothing a reader has opened closes again.
    const asDrawn = drawn.every((text, n) => text === answer.statements[n]?.text);
    if (!asDrawn) {
      statements.replaceChildren();
      drawn = [];
      group = null;
    }
    answer.statements.slice(drawn.length).forEach(statement);
    if (answer.standalone_question !== answer.question) {
      understood.replaceChildren(el("p", { dir: "auto" }, say("understood", { question: answer.standalone_question })));
    }
    words.replaceChildren(...spareWords(answer).map((text) => el("p", { class: "lines", dir: "auto" }, text)));
    conflicts.replaceChildren(...answer.conflicts.map((one) => conflict(one)));
    if (answer.glossary.length) {
      const terms = answer.glossary.map(({ term, definition }) => el("div", {}, el("dt", {}, term), el("dd", {}, definition)));
      glossary.replaceChildren(el("details", {}, el("summary", {}, say("glossary")), el("dl", {}, terms)));
    }
    if (answer.sources.length) {
      sources.replaceChildren(el("h4", { lang: say.language }, say("sources")), sourceList(box, answer.sources));
    }
  }

  function conflict({ topic, summary, source_indexes: indexes }) {
    const sides = indexes.map((index) => known.get(index)).map((source) =>
      el("div", { class: "side" }, labels(say, source), el("blockquote", { class: "lines", dir: "auto" }, source.quote), el("p", { class: "quiet" }, `[${source.index}] ${source.article_title} · ${say.day(source.last_updated)}`)),
    );
    return el("section", { class: "conflict" }, el("h4", {}, say("conflict", { topic })), el("p", {}, summary), el("div", { class: "sides" }, sides));
  }

  return { node, part, finish, fold: mandated.fold };
}

/** The mandated words. They are never left out; `fold(words)` folds them up where the same words stand open nearby. */
export function disclaimerNote({ say, language }) {
  const node = el("div", { class: "disclaimer", role: "note", "aria-label": say("disclaimer"), lang: language });
  let text = "";
  let folded = false;

  function draw() {
    const words = el("p", {}, text);
    node.replaceChildren(folded ? el("details", {}, el("summary", { lang: say.language }, say("disclaimer")), words) : words);
  }

  return {
    node,
    write: (words) => {
      text = words;
      draw();
    },
    fold: (words) => {
      if (folded === (words === text)) return;
      folded = words === text;
      draw();
    },
  };
}

/** What an answer without statements says, without what its notices and disclaimer say already. */
function spareWords(answer) {
  if (answer.statements.length) return [];
  const shown = new Set([...answer.notices.map(({ text }) => text.trim()), answer.disclaimer.text.trim()]);
  return answer.answer.split("\n\n").filter((text) => text.trim() && !shown.has(text.trim()));
}

/** Words in which each telephone number can be tapped. */
function dialable(text) {
  return woven(text, NUMBER, (number) => {
    const digits = number.replace(/[^\d+]/g, "");
    return digits.replace("+", "").length < LEAST_DIGITS ? number : el("a", { class: "tel", href: `tel:${digits}` }, number);
  });
}
