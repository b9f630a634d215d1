// What a reader thinks of an answer: a thumb, and for a thumb down a reason. It is sent only when the reader sends it.

import { DRAWINGS, el, icon } from "./dom.js";
import { sendFeedback } from "./client.js";

const REASONS = ["off_topic", "unclear", "wrong", "incomplete", "outdated", "unsafe", "other"];
const MAX_COMMENT = 1000;

/** Two thumbs, and the form behind the second. */
export function feedbackRow(box, answer) {
  const { say } = box;
  let sent = false;
  const note = el("span", { class: "quiet", role: "status" });
  const thumb = (rating, drawing, words, act) =>
    el("button", { type: "button", class: "tool", "aria-pressed": "false", part: "button", on: { click: (event) => act(event, rating) } }, icon(...drawing), words);

  async function send(feedback) {
    if (sent) return;
    try {
      await sendFeedback(box.api, { answer_id: answer.id, ...feedback }, { timeout: box.timeout });
      sent = true;
      note.textContent = say("thanks");
      const chosen = feedback.rating === "up" ? up : down;
      for (const button of [up, down]) {
        button.setAttribute("aria-pressed", String(button === chosen));
        button.setAttribute("aria-disabled", "true");
      }
      if (form.contains(form.getRootNode().activeElement)) chosen.focus();
      form.hidden = true;
      box.emit("feedback", { answer_id: answer.id, ...feedback });
    } catch {
      note.textContent = say("feedback_failed");
    }
  }

  const up = thumb("up", DRAWINGS.up, say("helpful"), () => send({ rating: "up" }));
  const down = thumb("down", DRAWINGS.down, say("not_helpful"), () => {
    if (sent) return;
    form.hidden = !form.hidden;
    down.setAttribute("aria-pressed", String(!form.hidden));
  });
  const group = box.name("reason");
  const comment = el("textarea", { id: box.name("comment"), rows: 2, maxlength: MAX_COMMENT });
  const choices = REASONS.map((reason, n) =>
    el("label", { class: "choice" }, el("input", { type: "radio", name: group, value: reason, checked: n === 0 }), say(`reason_${reason}`)),
  );
  const submit = (event) => {
    event.preventDefault();
    const reason = form.querySelector("input:checked").value;
    send({ rating: "down", reason, ...(comment.value.trim() && { comment: comment.value.trim() }) });
  };
  const cancel = () => {
    form.hidden = true;
    down.setAttribute("aria-pressed", "false");
    down.focus();
  };
  const form = el(
    "form",
    { class: "why", hidden: true, on: { submit } },
    el("fieldset", {}, el("legend", {}, say("why_not")), choices),
    el("label", { for: comment.id }, say("comment")),
    comment,
    el("p", { class: "row" }, el("button", { type: "submit", class: "minor" }, say("send_feedback")), el("button", { type: "button", class: "link", on: { click: cancel } }, say("cancel"))),
  );
  return { tools: [up, down, note], form };
}
