// What the box remembers: nothing beyond this tab, and the conversation only if the page asked for that.
//
// A browser may refuse its storage (private windows, site settings); the box then simply forgets.

// As many turns as the server reads.
export const MAX_TURNS = 20;
const PREFIX = "ldnqa:1:";

export function recall(key) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + key));
  } catch {
    return null;
  }
}

export function remember(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(PREFIX + key);
    else sessionStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Full or refused. Nothing is lost but the memory of it.
  }
}

/** The turns as the server reads them: questions and the ids of the passages cited, newest last, no prose. */
export function historyOf(answers) {
  return answers.slice(-MAX_TURNS).map((answer) => ({
    question: answer.question,
    source_ids: [...new Set(answer.sources.map((source) => source.id))],
  }));
}
