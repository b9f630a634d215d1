// Where a reader writes: the input, who is reading, the disclaimer beside it. What was written is never thrown away.

import { disclaimerNote } from "./answer.js";
import { el } from "./dom.js";
import { recall, remember } from "./memory.js";

export const AUDIENCES = ["patient", "caregiver", "clinician", "researcher"];
// What the server accepts.
const MAX_QUESTION = 2000;
const AUDIENCE_KEY = "audience";

/** The form. `send(question)` asks, `halt()` stops; its `busy`, `write` and `focus` are for the box around it. */
export function composer(box, { send, halt, clear }) {
  const { say } = box;
  let busy = false;
  const warning = el("p", { class: "too-long", id: box.name("too-long"), role: "status" });
  const input = el("textarea", {
    id: box.name("question"), rows: 2, part: "input", placeholder: say("placeholder"), dir: "auto", enterkeyhint: "send",
    "aria-describedby": warning.id,
    on: {
      keydown: (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        submit();
      },
      input: check,
    },
  });
  const button = el("button", { type: "submit", class: "send", part: "button" }, say("send"));
  const again = el("button", { type: "button", class: "link clear", hidden: true, on: { click: clear } }, say("clear"));

  function over() {
    return [...input.value.trim()].length - MAX_QUESTION;
  }

  function check() {
    warning.textContent = over() > 0 ? say("too_long", { count: over() }) : "";
    input.setAttribute("aria-invalid", String(over() > 0));
    box.draft(input.value);
  }

  function submit() {
    const question = input.value.trim();
    if (busy || !question || over() > 0) return;
    write("");
    send(question);
  }

  function write(text) {
    input.value = text;
    check();
  }

  const mandated = disclaimerNote(box);
  mandated.write(box.disclaimer.text);
  const form = el(
    "form",
    { class: "compose", on: { submit: (event) => (event.preventDefault(), busy ? halt() : submit()) } },
    audienceChoice(box),
    el("label", { for: input.id, class: "ask-label" }, say("question")),
    el("div", { class: "entry" }, input, button),
    warning,
    el("p", { class: "quiet small" }, say("privacy"), " ", again),
    mandated.node,
  );

  return {
    node: form,
    write,
    focus: () => input.focus(),
    isEmpty: () => !input.value,
    fold: mandated.fold,
    busy(now) {
      busy = now;
      button.textContent = say(now ? "stop" : "send");
    },
    begun(has) {
      again.hidden = !has;
    },
  };
}

/** Who is reading: chips until one is chosen or skipped, then one line with the way back. Kept for this tab. */
function audienceChoice(box) {
  const { say } = box;
  const place = el("div", { class: "who" });
  const title = box.name("who");

  function choose(audience, focus) {
    box.audience = audience;
    remember(AUDIENCE_KEY, { audience });
    settle(audience);
    if (focus) place.querySelector("button").focus();
  }

  function offer(focus) {
    const chip = (value, words) =>
      el("button", { type: "button", class: "chip", on: { click: () => choose(value, true) } }, words);
    place.replaceChildren(
      el("div", { role: "group", "aria-labelledby": title }, el("p", { id: title, class: "small" }, el("b", {}, say("who")), " ", el("span", { class: "quiet" }, say("who_why"))),
        el("p", { class: "chips" }, AUDIENCES.map((value) => chip(value, say(`audience_${value}`))), chip(null, say("who_skip")))),
    );
    if (focus) place.querySelector("button").focus();
  }

  function settle(audience) {
    const who = say(audience ? `audience_${audience}` : "who_skip");
    place.replaceChildren(
      el("p", { class: "small" }, audience ? say("who_now", { who }) : say("who"), " ", el("button", { type: "button", class: "link", on: { click: () => offer(true) } }, say("who_change"))),
    );
  }

  const kept = recall(AUDIENCE_KEY);
  if (box.audience) settle(box.audience);
  else if (kept && (kept.audience === null || AUDIENCES.includes(kept.audience))) {
    box.audience = kept.audience;
    settle(kept.audience);
  } else offer(false);
  return place;
}
