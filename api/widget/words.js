// The words of the interface. English is built in; other languages are JSON files of the same keys (lang/).
//
// The words of answers, notices and the disclaimer are the server's and are never translated here.

export const ENGLISH = {
  language: "en",
  direction: "ltr",
  heading: "Have a follow-up question?",
  promise: "Answers are exact quotes of the articles, with their sources.",
  privacy: "Leave out names and other personal details. In an emergency call your local emergency number.",
  question: "Your question",
  placeholder: "Ask about this article",
  send: "Ask",
  stop: "Stop",
  clear: "Start over",
  launcher: "Ask about this article",
  close: "Close",
  who: "Which best describes you?",
  who_why: "Changes the wording, never the sources.",
  who_skip: "Rather not say",
  who_now: "Answers worded for: {who}",
  who_change: "Change",
  audience_patient: "Patient",
  audience_caregiver: "Carer or family member",
  audience_clinician: "Clinician",
  audience_researcher: "Researcher",
  conversation: "Questions and answers",
  asked: "You asked",
  understood: "Understood as: {question}",
  looking: "Looking in the articles…",
  ready_one: "Answer ready, {count} source",
  ready_other: "Answer ready, {count} sources",
  ready_abstained: "The articles do not answer this question.",
  ready_urgent: "Please read the urgent notice.",
  stopped: "Stopped. This answer is not complete.",
  urgent: "Urgent",
  warning: "Warning",
  good_to_know: "Please note",
  tier_guideline: "Guideline",
  tier_drug_label: "Drug label",
  tier_research: "Research",
  tier_editorial: "Editors",
  regimen_low_dose: "Low dose",
  regimen_standard_dose: "Standard dose",
  regimen_injection: "Long-acting injection",
  status_submitted: "Submitted, not reviewed",
  status_under_review: "Under review",
  status_approved: "Approved",
  verbatim: "In the article’s own words",
  drafted: "Put together by a language model from the words below:",
  source: "Source {index}, {where}",
  sources: "Sources",
  close_source: "Close source {index}",
  from: "From",
  published: "Published in",
  updated: "Last updated",
  review: "Review",
  references: "References",
  no_reference: "The article names no reference for these words.",
  same_paragraph: "cited in the same paragraph",
  show: "Show in the article",
  show_elsewhere: "Read in its article",
  shown: "Highlighted in the article",
  back: "Back to the answer",
  conflict: "Sources disagree: {topic}",
  glossary: "Words used here",
  suggestions: "You could ask",
  suggestions_next: "You could ask next",
  suggestions_instead: "These questions can be answered",
  disclaimer: "Disclaimer",
  copy: "Copy with sources",
  copied: "Copied",
  not_copied: "Could not be copied. Select the text instead.",
  helpful: "Helpful",
  not_helpful: "Not helpful",
  why_not: "What was wrong?",
  reason_off_topic: "It does not answer my question",
  reason_unclear: "It is hard to understand",
  reason_wrong: "Something in it is wrong",
  reason_incomplete: "Something is missing",
  reason_outdated: "It is out of date",
  reason_unsafe: "It could harm someone",
  reason_other: "Something else",
  comment: "Anything to add? (no personal details)",
  send_feedback: "Send",
  cancel: "Cancel",
  thanks: "Thank you.",
  feedback_failed: "This could not be sent. Please try again later.",
  retry: "Try again",
  retry_in: "Try again in {count} s",
  edit: "Edit the question",
  too_long: "{count} characters too many",
  error_offline: "You are offline. Your question is kept; try again once you are connected.",
  error_online: "You are connected again.",
  error_unreachable: "The answer service cannot be reached. Your question is kept.",
  error_timeout: "No answer came in time. Your question is kept.",
  error_busy: "Many people are asking just now. Your question is kept.",
  error_server: "Something went wrong at our end. Your question is kept.",
  error_request: "If you report this, please give the number {id}.",
  error_refused: "This question cannot be used as it is.",
  error_broken: "The connection broke before the answer was complete. Your question is kept.",
  error_undisclosed: "An answer came without its mandated disclaimer, so it is not shown.",
  error_box: "The question box cannot be loaded just now.",
};

/** English with the words of `pack` in their places; keys that English lacks are left out. */
export function wordsOf(pack) {
  const known = Object.entries(pack ?? {}).filter(([key, value]) => key in ENGLISH && typeof value === "string");
  return { ...ENGLISH, ...Object.fromEntries(known) };
}

/** A function that looks a key up and fills in its {names}. */
export function speaker(words) {
  const say = (key, values = {}) => (words[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  say.language = words.language;
  say.direction = words.direction;
  say.has = (key) => key in words;
  say.day = (iso) => {
    const [year, month, day] = String(iso).split("-").map(Number);
    const format = new Intl.DateTimeFormat(words.language, { dateStyle: "long", timeZone: "UTC" });
    return Number.isFinite(day) ? format.format(new Date(Date.UTC(year, month - 1, day))) : String(iso);
  };
  say.count = (key, count) => {
    const form = new Intl.PluralRules(words.language).select(count);
    return say(say.has(`${key}_${form}`) ? `${key}_${form}` : `${key}_other`, { count });
  };
  return say;
}
