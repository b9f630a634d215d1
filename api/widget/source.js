// A source: the exact words, where they come from and how far they have been reviewed. It never shows less than that.

import { el } from "./dom.js";
import { findQuote, linkTo, show } from "./page.js";

/** "Guideline · Low dose", as words: where a statement comes from is never told by colour alone. */
export function labels(say, { tier, regimen }) {
  return el(
    "span",
    { class: "labels" },
    el("span", { class: `label tier-${tier}` }, say(`tier_${tier}`)),
    regimen && el("span", { class: "label regimen" }, say(`regimen_${regimen}`)),
  );
}

/** Tier and heading as words, once each: a heading that names the tier itself ("From the Guidelines") does for both. */
export function standing(say, { tier, heading }) {
  const label = say(`tier_${tier}`);
  const plain = (text) => text.toLowerCase().replace(/[’']s?(?!\w)|[’']/g, "").split(/[^\p{L}\p{N}]+/u).map((word) => word.replace(/s$/, ""));
  const said = new Set(plain(heading));
  return plain(label).every((word) => said.has(word)) ? heading : `${label}: ${heading}`;
}

/** Everything about one source, with the way to its place in the article. */
export function sourceCard(box, source) {
  const { say } = box;
  const published = [...new Set(source.references.map(publisher).filter(Boolean))];
  const facts = [
    [say("from"), `${source.article_title} · ${source.heading}`],
    published.length && [say("published"), published.join("; ")],
    [say("review"), say(`status_${source.review_status}`)],
    [say("updated"), say.day(source.last_updated)],
  ].filter(Boolean);
  return el(
    "div",
    { class: "card", part: "source" },
    labels(say, source),
    el("blockquote", { class: "lines", dir: "auto", lang: box.language }, source.quote),
    el("dl", {}, facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", { dir: "auto" }, value)))),
    references(say, source.references),
    el("p", { class: "way" }, wayTo(box, source)),
  );
}

function publisher({ container, year }) {
  return container && (year ? `${container}, ${year}` : container);
}

function references(say, entries) {
  if (!entries.length) return el("p", { class: "quiet" }, say("no_reference"));
  return [
    el("p", { class: "caption" }, say("references")),
    el(
      "ul",
      { class: "references" },
      entries.map((entry) =>
        el(
          "li",
          {},
          el("span", { class: "number" }, `${entry.label}.`),
          " ",
          [entry.title, entry.authors, entry.container, entry.year].filter(Boolean).join(". "),
          entry.cited_by === "paragraph" && el("span", { class: "quiet" }, ` (${say("same_paragraph")})`),
          addresses(entry).map(([name, href]) => [" ", outward(href, name)]),
        ),
      ),
    ),
  ];
}

function addresses({ doi, pmid, url }) {
  return [
    doi && ["DOI", `https://doi.org/${encodeURIComponent(doi).replace(/%2F/g, "/")}`],
    /^\d+$/.test(pmid ?? "") && ["PubMed", `https://pubmed.ncbi.nlm.nih.gov/${pmid}/`],
    /^https?:\/\//i.test(url ?? "") && ["Link", url],
  ].filter(Boolean);
}

function outward(href, ...words) {
  return el("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, ...words);
}

/** A button where the words stand on this page, else a link to the page where they do. */
function wayTo(box, source) {
  const here = !box.article || source.article_id === box.article;
  if (here && findQuote(source.quote, source.section_id)) {
    const go = (event) => {
      // Looked for again: the page may have changed since.
      const range = findQuote(source.quote, source.section_id);
      if (range) box.onShow(show(range), event.currentTarget);
    };
    return el("button", { type: "button", class: "link", on: { click: go } }, box.say("show"));
  }
  const address = linkTo(source, box.api);
  return address && outward(address, box.say("show_elsewhere"));
}

/** The numbered list of an answer's sources: each one line, opening to all there is about it; on paper all open. */
export function sourceList(box, sources) {
  const items = sources.map((source) => {
    const id = box.name("source");
    const body = el("div", { id, class: "body closed" });
    const fill = () => body.firstChild || body.append(sourceCard(box, source));
    const toggle = (event) => {
      fill();
      const open = body.classList.toggle("closed") === false;
      event.currentTarget.setAttribute("aria-expanded", String(open));
      if (open) box.emit("citation-open", { index: source.index, source });
    };
    const line = el(
      "button",
      { type: "button", class: "line", "aria-expanded": "false", "aria-controls": id, on: { click: toggle } },
      el("span", { class: "number" }, String(source.index)),
      el("span", { class: "where" }, standing(box.say, source), el("span", { class: "quiet" }, ` · ${source.article_title}`)),
    );
    return { node: el("li", { class: "source" }, line, body), fill };
  });
  box.onPrint(() => items.forEach(({ fill }) => fill()));
  return el("ol", { class: "sources" }, items.map(({ node }) => node));
}
