// <ldnqa-chat>: the question box. It shows no answer without its disclaimer, keeps every question, and leaves the page
// around it as it was. Until it knows the disclaimer it shows what the page put inside the element, a plain form perhaps.

import { Failure, ask, checked, loadBox } from "./client.js";
import { AUDIENCES, composer } from "./compose.js";
import { el } from "./dom.js";
import { MAX_TURNS, historyOf, recall, remember } from "./memory.js";
import { launcher, wayBack } from "./panel.js";
import { styleSheet } from "./styles.js";
import { turnView } from "./turn.js";
import { speaker, wordsOf } from "./words.js";

const HERE = import.meta.url;
const LANGUAGES = ["de"];
const DEFAULT_TIMEOUT_S = 30;
// More than this is a list to read, and pushes the input out of a small window.
const MAX_SUGGESTIONS = 4;
let boxes = 0;

/** The element; a class of nothing where there is no page, so that importing it there does no harm. */
export class LdnqaChat extends (globalThis.HTMLElement ?? class {}) {
  static observedAttributes = ["api", "article", "audience", "history", "label", "lang", "mode", "words"];

  #root;
  #box = null;
  #panel = null;
  #composer = null;
  #log = null;
  #suggestions = null;
  #status = null;
  #answers = [];
  #turns = [];
  #inFlight = null;
  #life = null;
  #starting = Promise.resolve();

  connectedCallback() {
    if (!this.#life || this.#life.signal.aborted) this.#start();
  }

  disconnectedCallback() {
    // An element that is only moved to another place keeps its conversation.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#life?.abort();
      this.#inFlight?.abort();
    });
  }

  attributeChangedCallback(name, before, now) {
    if (this.#life && this.isConnected && before !== now) this.#start();
  }

  /** Resolves once the box can be used. */
  get ready() {
    return this.#starting;
  }

  /** Asks `question` as if the reader had; resolves to the answer, null if it was stopped; rejects with the failure. */
  async ask(question) {
    if (this.#launches) await this.open();
    await this.#starting;
    if (!this.#box) throw new Failure("unreachable");
    return this.#ask(String(question).trim());
  }

  /** Opens a launcher; elsewhere brings the box into view. */
  async open() {
    if (this.#launches) await this.#toggle(true);
    else this.scrollIntoView({ block: "start" });
  }

  /** Closes a launcher; elsewhere does nothing. */
  close() {
    if (this.#launches) this.#toggle(false);
  }

  /** Forgets the conversation, here and in the tab's memory. */
  clear() {
    this.#inFlight?.abort();
    this.#answers = [];
    this.#turns = [];
    this.#keep();
    this.#log?.replaceChildren();
    this.#composer?.fold(null);
    this.#composer?.begun(false);
    this.#suggest(this.#box?.questions ?? [], "suggestions");
  }

  get #launches() {
    return this.getAttribute("mode") === "launcher";
  }

  #start() {
    this.#life?.abort();
    this.#inFlight?.abort();
    this.#life = new AbortController();
    this.#root ??= this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.#root.adoptedStyleSheets = [styleSheet()];
    this.#box = null;
    this.#answers = [];
    this.#turns = [];
    this.#starting = this.#launches ? this.#drawLauncher(this.#life.signal) : this.#drawBox(this.#life.signal, this.#root);
    this.#starting.catch(() => {});
  }

  /** Fetches what the box needs and draws it into `place`, or says there that it could not. */
  async #drawBox(signal, place) {
    const api = (this.getAttribute("api") ?? new URL("../..", HERE).href).replace(/\/$/, "");
    const article = this.getAttribute("article") || null;
    const timeout = Number(this.getAttribute("timeout")) || DEFAULT_TIMEOUT_S;
    // What the page put inside stands in until the box is ready, and stays if it never is.
    if (place === this.#root) place.replaceChildren(el("slot"));
    let words, about;
    try {
      [words, about] = await Promise.all([this.#words(), loadBox(api, article, { timeout, signal })]);
    } catch (failure) {
      if (signal.aborted) return;
      this.#emit("error", { kind: failure.kind, status: failure.status ?? null, request_id: failure.requestId ?? null });
      if (place !== this.#root || !this.childElementCount) this.#drawFailure(await this.#words(), place);
      return;
    }
    if (signal.aborted) return;
    this.#box = this.#context({ api, article, timeout, say: speaker(words), ...about });
    this.#render(place);
    this.#emit("ready", { article });
  }

  async #words() {
    const url = this.getAttribute("words");
    const language = (this.closest("[lang]")?.lang || "en").slice(0, 2).toLowerCase();
    if (!url && !LANGUAGES.includes(language)) return wordsOf(null);
    const pack = url ? new URL(url, document.baseURI) : new URL(`lang/${language}.json`, HERE);
    return fetch(pack, { credentials: "omit", referrerPolicy: "no-referrer" })
      .then((response) => response.json())
      .then(wordsOf, () => wordsOf(null));
  }

  /** What the parts of the box share. */
  #context(about) {
    const number = (boxes += 1);
    let names = 0;
    const preset = this.getAttribute("audience");
    return {
      ...about,
      audience: AUDIENCES.includes(preset) ? preset : null,
      language: about.language ?? "en",
      name: (what) => `ldnqa-${number}-${what}-${(names += 1)}`,
      emit: (name, detail) => this.#emit(name, detail),
      status: (text) => this.#say(text),
      draft: (text) => this.#remembers && remember(`${this.#key}:draft`, text || null),
      onPrint: (act) => addEventListener("beforeprint", act, { signal: this.#life.signal }),
      onShow: (undo, from) => this.#wayBack(undo, from),
    };
  }

  #render(place) {
    const { say } = this.#box;
    this.#status = el("p", { class: "unseen", role: "status" });
    // The status says what a listener needs; the transcript itself stays silent while it fills.
    this.#log = el("div", { class: "log", role: "log", "aria-live": "off", "aria-label": say("conversation"), tabindex: "-1" });
    this.#suggestions = el("nav", { class: "suggestions", "aria-label": say("suggestions"), hidden: true });
    this.#composer = composer(this.#box, {
      send: (question) => this.#ask(question).catch(() => {}),
      halt: () => this.#inFlight?.abort(),
      clear: () => {
        this.clear();
        this.#composer.focus();
      },
    });
    const heading = el("h2", { id: this.#box.name("heading") }, say("heading"));
    // Somebody may be writing already, in the plain form that stood in for the box.
    const plain = place === this.#root ? this.querySelector("textarea[name='question']") : null;
    const writing = plain !== null && plain === document.activeElement;
    place.replaceChildren(
      el("section", { class: "box", part: "box", lang: say.language, dir: say.direction === "rtl" ? "rtl" : null, "aria-labelledby": heading.id },
        el("header", {}, heading, el("p", { class: "quiet promise" }, say("promise"))),
        el("div", { class: "scroll" }, this.#log, this.#suggestions),
        this.#composer.node,
        this.#status),
    );
    this.#suggest(this.#box.questions ?? [], "suggestions");
    this.#restore();
    if (plain && plain.value !== plain.defaultValue) this.#composer.write(plain.value);
    if (writing) this.#composer.focus();
  }

  #drawFailure(words, place) {
    const say = speaker(words);
    const retry = () => {
      this.#starting = this.#drawBox(this.#life.signal, place);
    };
    place.replaceChildren(
      el("section", { class: "box", part: "box", lang: say.language }, el("div", { class: "mishap", role: "alert" }, el("p", {}, say("error_box"))),
        el("button", { type: "button", class: "minor", on: { click: retry } }, say("retry"))),
    );
  }

  async #ask(question) {
    if (!question || this.#inFlight) return null;
    const stop = (this.#inFlight = new AbortController());
    const turn = turnView(this.#box, question, {
      again: (words) => {
        turn.node.remove();
        this.#askFromButton(words);
      },
      edit: (words) => {
        turn.node.remove();
        this.#composer.write(words);
        this.#composer.focus();
      },
    });
    this.#suggest([]);
    this.#log.append(turn.node);
    this.#composer.begun(true);
    this.#composer.busy(true);
    this.#say(this.#box.say("looking"));
    this.#emit("question", { question });
    turn.node.scrollIntoView({ block: "start", behavior: "auto" });
    try {
      const answer = await ask(this.#box.api, this.#request(question), { timeout: this.#box.timeout, signal: stop.signal, onPart: turn.part });
      this.#finish(turn, answer);
      this.#answers = [...this.#answers, answer].slice(-MAX_TURNS);
      this.#keep();
      this.#announce(answer);
      this.#emit("answer", { answer });
      return answer;
    } catch (error) {
      const failure = error instanceof Failure ? error : new Failure("broken");
      if (failure.kind === "stopped") {
        turn.stop();
        this.#say(this.#box.say("stopped"));
        return null;
      }
      this.#say("");
      turn.fail(failure);
      this.#emit("error", { kind: failure.kind, status: failure.status ?? null, request_id: failure.requestId ?? null });
      throw failure;
    } finally {
      if (this.#inFlight === stop) {
        this.#inFlight = null;
        this.#composer.busy(false);
      }
    }
  }

  /** Shows an answer, the mandated words open below it and folded up where the same words stood open before. */
  #finish(turn, answer) {
    turn.finish(answer);
    const mandated = answer.disclaimer.text;
    for (const earlier of [...this.#turns, this.#composer]) earlier.fold(mandated);
    this.#turns.push(turn);
  }

  /** Asks for a button that goes away with it: whoever pressed it stays at the answers and is not sent to the page's top. */
  #askFromButton(question) {
    this.#log.focus({ preventScroll: true });
    this.#ask(question).catch(() => {});
  }

  #request(question) {
    return {
      question,
      article_id: this.#box.article,
      audience: this.#box.audience,
      history: historyOf(this.#answers),
      approved_only: this.hasAttribute("approved-only"),
    };
  }

  #announce({ status, sources, follow_up_questions: next }) {
    const { say } = this.#box;
    this.#say(status === "answered" ? say.count("ready", sources.length) : say(`ready_${status}`));
    if (status !== "urgent") this.#suggest(next, status === "abstained" ? "suggestions_instead" : "suggestions_next");
  }

  #suggest(questions, title) {
    if (!this.#suggestions) return;
    const { say } = this.#box;
    this.#suggestions.hidden = !questions.length;
    if (!questions.length) return;
    this.#suggestions.setAttribute("aria-label", say(title));
    const offer = (question) =>
      el("li", {}, el("button", { type: "button", class: "suggestion", part: "button", lang: this.#box.language, on: { click: () => this.#askFromButton(question) } }, question));
    this.#suggestions.replaceChildren(el("p", { class: "caption" }, say(title)), el("ul", {}, questions.slice(0, MAX_SUGGESTIONS).map(offer)));
  }

  get #remembers() {
    return this.getAttribute("history") === "session";
  }

  get #key() {
    return `${this.#box.api}:${this.#box.article ?? ""}`;
  }

  #keep() {
    if (this.#remembers && this.#box) remember(this.#key, this.#answers.length ? this.#answers : null);
  }

  #restore() {
    if (!this.#remembers) return;
    const kept = recall(this.#key);
    try {
      for (const answer of Array.isArray(kept) ? kept : []) {
        const turn = turnView(this.#box, checked(answer).question, { again: () => {}, edit: () => {} });
        this.#finish(turn, answer);
        this.#log.append(turn.node);
        this.#answers.push(answer);
      }
    } catch {
      this.clear(); // kept by an earlier version, or by somebody else: better none than a wrong one
    }
    this.#composer.begun(this.#answers.length > 0);
    if (this.#answers.length) this.#suggest(this.#answers.at(-1).follow_up_questions, "suggestions_next");
    const draft = recall(`${this.#key}:draft`);
    if (typeof draft === "string") this.#composer.write(draft);
  }

  #say(text) {
    if (this.#status) this.#status.textContent = text;
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`ldnqa:${name}`, { detail, bubbles: true, composed: true }));
  }

  #wayBack(undo, from) {
    const { say } = this.#box;
    this.#say(say("shown"));
    // On a small screen the panel would lie over the words it shows.
    if (this.#launches && matchMedia("(max-width: 30em)").matches) this.#panel.show(false);
    const back = async () => {
      if (this.#launches) await this.#toggle(true);
      from.scrollIntoView({ block: "center" });
      from.focus();
    };
    wayBack(this.#root, { say, undo, back });
  }

  async #drawLauncher(signal) {
    const say = speaker(await this.#words());
    if (signal.aborted) return;
    const toggle = (open) => this.#toggle(open);
    this.#panel = launcher(this.#root, { say, label: this.getAttribute("label"), signal, toggle });
  }

  async #toggle(open) {
    await this.#starting;
    const show = open ?? !this.#panel.isOpen();
    this.#panel.show(show);
    if (!show) return;
    if (!this.#box) await this.#drawBox(this.#life.signal, this.#panel.inside);
    this.#composer?.focus();
  }
}

if (globalThis.customElements && !customElements.get("ldnqa-chat")) customElements.define("ldnqa-chat", LdnqaChat);
