// One question and what became of it: being answered, answered, stopped, or failed with a way on. The question stays.

import { answerView } from "./answer.js";
import { asText, copy } from "./copy.js";
import { DRAWINGS, el, icon } from "./dom.js";
import { feedbackRow } from "./feedback.js";

/** The drawing of a turn. `again(question)` asks once more, `edit(question)` puts the words back into the input. */
export function turnView(box, question, { again, edit }) {
  const { say } = box;
  const id = box.name("turn");
  const heading = el("h3", { id, dir: "auto", part: "question" }, el("span", { class: "unseen" }, `${say("asked")}: `), question);
  const wait = el("p", { class: "looking" }, el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")), say("looking"));
  const body = el("div", {}, wait);
  const after = el("div", { class: "after" });
  const node = el("article", { class: "turn", "aria-labelledby": id }, heading, body, after);
  let view = null;
  let timer;

  function part(name, data) {
    if (!view) {
      view = answerView(box);
      body.replaceChildren(view.node, wait);
    }
    view.part(name, data);
  }

  function finish(answer) {
    view ??= answerView(box);
    view.finish(answer);
    body.replaceChildren(view.node);
    // Nobody in an emergency is asked how helpful the words were.
    const feedback = answer.status === "urgent" && !answer.statements.length ? null : feedbackRow(box, answer);
    after.replaceChildren(el("div", { class: "tools" }, copier(answer), feedback?.tools), feedback?.form ?? "");
    // Whoever copies words out of an answer takes its disclaimer along.
    view.node.addEventListener("copy", (event) => {
      const chosen = String((node.getRootNode().getSelection?.() ?? getSelection()) || getSelection());
      if (!chosen.trim()) return;
      event.clipboardData.setData("text/plain", `${chosen}\n\n${answer.disclaimer.text}`);
      event.preventDefault();
    });
  }

  function copier(answer) {
    const words = el("span", {}, say("copy"));
    const act = async () => {
      words.textContent = say((await copy(asText(say, answer, box.api))) ? "copied" : "not_copied");
      box.status(words.textContent);
    };
    return el("button", { type: "button", class: "tool", part: "button", on: { click: act } }, icon(...DRAWINGS.copy), words);
  }

  function stop() {
    wait.remove();
    after.replaceChildren(el("div", { class: "mishap calm" }, el("p", {}, say("stopped")), wayOn()));
  }

  function fail(failure) {
    wait.remove();
    const known = say.has(`error_${failure.kind}`) ? failure.kind : "unreachable";
    const retry = wayOn();
    const more = failure.detail || (failure.requestId && say("error_request", { id: failure.requestId }));
    const said = el("p", {}, say(`error_${known}`));
    after.replaceChildren(el("div", { class: failure.kind === "busy" ? "mishap calm" : "mishap", role: "alert" }, said, more && el("p", { class: "quiet" }, more)), retry);
    if (failure.kind === "busy") countDown(retry.querySelector("button"), failure.wait);
    if (failure.kind === "offline") {
      addEventListener("online", () => after.isConnected && (said.textContent = say("error_online")), { once: true });
    }
  }

  function countDown(button, seconds) {
    const until = Date.now() + seconds * 1000;
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      button.disabled = left > 0;
      button.textContent = left > 0 ? say("retry_in", { count: left }) : say("retry");
      if (left > 0 && button.isConnected) timer = setTimeout(tick, 250);
    };
    tick();
  }

  function wayOn() {
    const away = (act) => () => {
      clearTimeout(timer);
      act(question);
    };
    return el(
      "p",
      { class: "row" },
      el("button", { type: "button", class: "minor", part: "button", on: { click: away(again) } }, say("retry")),
      el("button", { type: "button", class: "link", on: { click: away(edit) } }, say("edit")),
    );
  }

  return { node, part, finish, stop, fail, fold: (words) => view?.fold(words) };
}
