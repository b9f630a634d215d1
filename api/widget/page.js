// Finds the exact words of a source on the page around the box and marks them there, without changing the page.
//
// Found means: the same characters in the same order, white space and bullets apart. Nothing is matched loosely.

const HIGHLIGHT = "ldnqa-quote";
// What a page shows between the words of a sentence without its being part of it: citation marks, controls, asides.
const PASSED_OVER = "sup, script, style, template, noscript, button, nav, [aria-hidden=true], [data-ldnqa-skip], ldnqa-chat";
const UNSEEN = /[\s•]+/gu;
// Long enough to be unlike anything else in its section, short enough to end before the first citation mark, mostly.
const FRAGMENT_WORDS = 5;

/** The range of the page that has exactly `quote`, looked for in its section first; null if it is not here. */
export function findQuote(quote, sectionId, root = document.body) {
  const section = sectionId ? document.getElementById(sectionId) : null;
  return (section && rangeOf(quote, section)) || rangeOf(quote, root);
}

function rangeOf(quote, root) {
  const wanted = quote.replace(UNSEEN, "");
  if (!wanted) return null;
  const pieces = [];
  let text = "";
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
    if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
    return node.matches(PASSED_OVER) || !isShown(node) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
  });
  while (walker.nextNode()) {
    pieces.push({ node: walker.currentNode, at: text.length });
    text += walker.currentNode.data.replace(UNSEEN, "");
  }
  const at = text.indexOf(wanted);
  if (at < 0) return null;
  const range = document.createRange();
  range.setStart(...place(pieces, at));
  const [node, offset] = place(pieces, at + wanted.length - 1);
  range.setEnd(node, offset + 1);
  return range;
}

function isShown(element) {
  return element.checkVisibility ? element.checkVisibility() : element.getClientRects().length > 0;
}

/** The text node and offset of the character that is `at` places into the text without white space. */
function place(pieces, at) {
  const piece = pieces.findLast((one) => one.at <= at && one.node.data.replace(UNSEEN, "") !== "");
  let left = at - piece.at;
  for (let offset = 0; ; offset += 1) {
    if (piece.node.data[offset].replace(UNSEEN, "") === "") continue;
    if (left === 0) return [piece.node, offset];
    left -= 1;
  }
}

/** Scrolls to `range`, marks its words and moves the keyboard there. Gives back what undoes the mark. */
export function show(range) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const block = range.startContainer.parentElement.closest("p, li, dd, blockquote, section, div") ?? range.startContainer.parentElement;
  block.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  if (!block.hasAttribute("tabindex")) {
    block.setAttribute("tabindex", "-1");
    block.addEventListener("blur", () => block.removeAttribute("tabindex"), { once: true });
  }
  block.focus({ preventScroll: true });
  return mark(range);
}

function mark(range) {
  if (!globalThis.CSS?.highlights) {
    // Older browsers have one way of marking words without touching them: the selection.
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    return () => selection.removeAllRanges();
  }
  paint();
  CSS.highlights.set(HIGHLIGHT, new Highlight(range));
  return () => CSS.highlights.delete(HIGHLIGHT);
}

let painted = false;

function paint() {
  if (painted) return;
  painted = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`::highlight(${HIGHLIGHT}) { background-color: #ffe08a; color: #2b2100; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

/** The address of `source` on its own site, with a text fragment that makes the browser scroll to the words. */
export function linkTo(source, api) {
  let address;
  try {
    address = new URL(source.url, `${api || location.origin}/`);
  } catch {
    return null;
  }
  if (!["http:", "https:"].includes(address.protocol)) return null;
  const words = source.quote.replace(/•/g, " ").trim().split(/\s+/u);
  const encode = (part) => encodeURIComponent(part.join(" ")).replace(/-/g, "%2D");
  const few = words.length <= 2 * FRAGMENT_WORDS;
  const text = few ? encode(words) : `${encode(words.slice(0, FRAGMENT_WORDS))},${encode(words.slice(-FRAGMENT_WORDS))}`;
  return `${address.href.split(":~:")[0]}${address.hash ? "" : "#"}:~:text=${text}`;
}
