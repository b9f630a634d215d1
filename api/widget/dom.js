// Makes elements. Words always become text nodes, so no word of an article or a question is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `on` holds listeners, null and false leave an attribute out, everything else is an attribute. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** A small drawing of strokes, hidden from those who listen: the words beside it say what it means. */
export function icon(...paths) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false", class: "icon" }))
    svg.setAttribute(key, value);
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

export const DRAWINGS = {
  ask: ["M4 5h16v11H10l-5 4v-4H4z", "M8 9h8M8 12.5h5"],
  close: ["M6 6l12 12M18 6L6 18"],
  up: ["M8 11l4-7c1.6 0 2.5 1.1 2.2 2.8L13.7 10H19c1 0 1.7.9 1.5 1.9l-1.2 6.4c-.2 1-.9 1.7-1.9 1.7H8z", "M8 11H4v9h4"],
  down: ["M16 13l-4 7c-1.6 0-2.5-1.1-2.2-2.8l.5-3.2H5c-1 0-1.7-.9-1.5-1.9l1.2-6.4C4.9 4.7 5.6 4 6.6 4H16z", "M16 13h4V4h-4"],
  copy: ["M9 9h11v11H9z", "M15 5.5V4H4v11h1.5"],
};

/** The words of `text` with each match of `pattern` replaced by the node that `make` gives for it. */
export function woven(text, pattern, make) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(pattern)) {
    parts.push(text.slice(at, found.index), make(found[0]));
    at = found.index + found[0].length;
  }
  return [...parts, text.slice(at)].filter((part) => part !== "");
}
