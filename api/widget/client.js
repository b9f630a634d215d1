// Talks to the server. What comes back is an answer with its disclaimer, or a Failure that says what to do next.
//
// Nothing is sent but the question, what it follows and who is reading: no cookie, no referrer.

import { eventReader } from "./stream.js";

// A server that says nothing about it is asked again after this long.
const DEFAULT_WAIT_S = 5;

/**
 * Why there is no answer. `kind` is one of:
 * offline, unreachable, timeout, stopped, busy (`wait` seconds), server (`requestId`), refused (`detail`),
 * broken (the answer ended early or makes no sense), undisclosed (it came without a disclaimer).
 */
export class Failure extends Error {
  constructor(kind, about = {}) {
    super(kind);
    this.kind = kind;
    Object.assign(this, about);
  }
}

const COMMON = { mode: "cors", credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" };

/** What the box shows before anything is asked: {article, questions, disclaimer, language}. */
export async function loadBox(api, article, { timeout, signal } = {}) {
  const about = article ? `?article_id=${encodeURIComponent(article)}` : "";
  const response = await guarded({ timeout, signal }, (inner) => fetch(`${api}/v1/box${about}`, { ...COMMON, signal: inner }));
  if (!response.ok) throw await fromResponse(response);
  const box = await response.json().catch(() => null);
  if (!hasDisclaimer(box)) throw new Failure("undisclosed");
  return box;
}

/** Asks; `onPart(name, data)` is called for each part of the answer as it arrives. Resolves to the whole answer. */
export async function ask(api, request, { timeout, signal, onPart = () => {} } = {}) {
  return guarded({ timeout, signal }, async (inner, alive) => {
    const response = await fetch(`${api}/v1/ask`, {
      ...COMMON,
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream, application/json;q=0.9" },
      body: JSON.stringify(request),
      signal: inner,
    });
    alive();
    if (!response.ok) throw await fromResponse(response);
    const type = response.headers.get("Content-Type") ?? "";
    if (!type.startsWith("text/event-stream")) return checked(await response.json().catch(() => null));
    return streamed(response.body.getReader(), alive, onPart);
  });
}

/** Sends what a reader thinks of an answer. */
export async function sendFeedback(api, feedback, { timeout } = {}) {
  const response = await guarded({ timeout }, (inner) =>
    fetch(`${api}/v1/feedback`, {
      ...COMMON,
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(feedback),
      signal: inner,
    }),
  );
  if (!response.ok) throw await fromResponse(response);
}

async function streamed(reader, alive, onPart) {
  const read = eventReader();
  let opened = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Failure("broken");
      alive();
      for (const event of read(value)) {
        const data = parsed(event.data);
        if (event.name === "error") throw fromProblem(data);
        if (event.name === "done") return checked(data);
        // No word of an answer is shown before its disclaimer is here.
        if (event.name === "meta") opened = hasDisclaimer(data);
        if (!opened) throw new Failure("undisclosed");
        onPart(event.name, data);
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure("broken");
  }
}

function hasDisclaimer(value) {
  const text = value?.disclaimer?.text;
  return typeof text === "string" && text.trim() !== "";
}

/** `value` if it is an answer to show; without its disclaimer it is none. */
export function checked(value) {
  if (value?.object !== "ldnqa.answer") throw new Failure("broken");
  if (!hasDisclaimer(value)) throw new Failure("undisclosed");
  return value;
}

/** Runs `work` under one abort signal that the caller or `timeout` seconds of silence pull; errors become Failures. */
async function guarded({ timeout = 30, signal }, work) {
  const inner = new AbortController();
  let silent = false;
  let timer;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      silent = true;
      inner.abort();
    }, timeout * 1000);
  };
  const stop = () => inner.abort();
  if (signal?.aborted) throw new Failure("stopped");
  signal?.addEventListener("abort", stop);
  alive();
  try {
    return await work(inner.signal, alive);
  } catch (error) {
    if (signal?.aborted) throw new Failure("stopped");
    if (silent) throw new Failure("timeout");
    if (error instanceof Failure) throw error;
    throw new Failure(globalThis.navigator?.onLine === false ? "offline" : "unreachable");
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

async function fromResponse(response) {
  const problem = (await response.json().catch(() => null)) ?? {};
  return fromProblem({
    ...problem,
    status: response.status,
    request_id: problem.request_id ?? response.headers.get("X-Request-ID"),
    wait: seconds(response.headers.get("Retry-After")),
  });
}

function fromProblem(problem) {
  const status = Number(problem?.status) || 500;
  if (status === 429 || status === 503) return new Failure("busy", { status, wait: problem.wait ?? DEFAULT_WAIT_S });
  if (status >= 500) return new Failure("server", { status, requestId: problem?.request_id ?? null });
  const detail = problem.errors?.map((error) => error.message).join("; ") || problem.detail || "";
  return new Failure("refused", { status, detail });
}

/** A Retry-After header, which is seconds or a date, as whole seconds from now; undefined if there is none. */
function seconds(header) {
  if (!header) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(wait) ? Math.max(0, Math.ceil(wait)) : undefined;
}
