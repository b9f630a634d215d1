// An answer as plain text to paste elsewhere: with its sources, and never without its disclaimer.

export function asText(say, answer, api) {
  const source = (one) => {
    const cited = one.references.map((entry) => `${entry.label}. ${[entry.title, entry.container, entry.year].filter(Boolean).join(", ")}`);
    return [
      `[${one.index}] ${say(`tier_${one.tier}`)}: “${one.quote}”`,
      `${one.article_title}, ${one.heading} (${say(`status_${one.review_status}`)}; ${say("updated")}: ${say.day(one.last_updated)})`,
      ...cited,
      new URL(one.url, `${api || location.origin}/`).href,
    ].join("\n");
  };
  return [
    answer.question,
    ...answer.notices.map(({ text }) => text).filter((text) => !answer.answer.includes(text)),
    answer.answer,
    answer.sources.length ? say("sources") : "",
    ...answer.sources.map(source),
    answer.disclaimer.text,
  ]
    .filter((text, n, all) => text && all.indexOf(text) === n)
    .join("\n\n");
}

/** Puts `text` on the clipboard; false if the browser does not let us. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
