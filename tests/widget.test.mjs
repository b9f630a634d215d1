// The widget's pure parts, in Node: `node --test tests/`.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const WIDGET = new URL("../api/widget/", import.meta.url);
const { eventReader } = await import(new URL("stream.js", WIDGET));
const { ENGLISH, speaker, wordsOf } = await import(new URL("words.js", WIDGET));
const { checked } = await import(new URL("client.js", WIDGET));
const { historyOf } = await import(new URL("memory.js", WIDGET));
const { LABELS } = await import(new URL("launch.js", WIDGET));
const { asText } = await import(new URL("copy.js", WIDGET));
const { standing } = await import(new URL("source.js", WIDGET));
const packs = readdirSync(new URL("lang/", WIDGET)).map((name) => [name, JSON.parse(readFileSync(new URL(`lang/${name}`, WIDGET)))]);

const STREAM = [
  "\uFEFF: a comment\n",
  'id: 1\nevent: meta\ndata: {"disclaimer": "é😀"}\n\n',
  "id: 2\r\nevent: statement\r\ndata: first line\r\ndata:second line\r\n\r\n",
  ": still at work\n\n",
  "event: nothing\n\n",
  "data\n\n",
  "id: 3\revent: done\rdata: {}\r\r",
  "retry: 10\nunknown: x\ndata: no name\n\n",
  "event: cut\ndata: never ends\n",
].join("");
const EVENTS = [
  { name: "meta", data: '{"disclaimer": "é😀"}', id: "1" },
  { name: "statement", data: "first line\nsecond line", id: "2" },
  { name: "message", data: "", id: "2" },
  { name: "done", data: "{}", id: "3" },
  { name: "message", data: "no name", id: "3" },
];
const BYTES = new TextEncoder().encode(STREAM);

function read(...pieces) {
  const reader = eventReader();
  return pieces.flatMap((piece) => reader(piece));
}

test("a stream in one piece", () => assert.deepEqual(read(BYTES), EVENTS));

test("a stream split in two at every position", () => {
  for (let at = 0; at <= BYTES.length; at += 1) assert.deepEqual(read(BYTES.subarray(0, at), BYTES.subarray(at)), EVENTS, `at ${at}`);
});

test("a stream split in three at every pair of positions", () => {
  for (let a = 0; a <= BYTES.length; a += 3)
    for (let b = a; b <= BYTES.length; b += 1) assert.deepEqual(read(BYTES.subarray(0, a), BYTES.subarray(a, b), BYTES.subarray(b)), EVENTS);
});

test("a stream byte by byte", () => assert.deepEqual(read(...Array.from(BYTES, (byte) => Uint8Array.of(byte))), EVENTS));

test("an event is given out as soon as its blank line is there", () => {
  const reader = eventReader();
  const bytes = (text) => new TextEncoder().encode(text);
  assert.deepEqual(reader(bytes("data: x\n")), []);
  assert.equal(reader(bytes("\n")).length, 1);
});

test("the whole widget can be imported where there is no window", async () => {
  assert.equal(typeof globalThis.window, "undefined");
  const { LdnqaChat } = await import(new URL("chat.js", WIDGET));
  assert.equal(typeof LdnqaChat, "function");
});

test("an answer without its disclaimer is none", () => {
  const whole = { object: "ldnqa.answer", disclaimer: { text: "Words." } };
  assert.equal(checked(whole), whole);
  for (const bad of [{}, { text: "" }, { text: "  " }, { text: 1 }, null]) {
    assert.throws(() => checked({ ...whole, disclaimer: bad }), { kind: "undisclosed" });
  }
  for (const bad of [null, {}, [], "answer", { object: "other", disclaimer: { text: "Words." } }]) assert.throws(() => checked(bad), { kind: "broken" });
});

test("every language has every word and fills in the same names", () => {
  for (const [name, pack] of packs) {
    assert.deepEqual(Object.keys(pack).sort(), Object.keys(ENGLISH).sort(), name);
    assert.equal(`${pack.language}.json`, name);
    for (const [key, words] of Object.entries(ENGLISH)) {
      assert.deepEqual(pack[key].match(/\{\w+\}/g)?.sort(), words.match(/\{\w+\}/g)?.sort(), `${name} ${key}`);
    }
  }
});

test("the launcher is named as the language packs name it", () => {
  const named = Object.fromEntries([["en", ENGLISH.launcher], ...packs.map(([, pack]) => [pack.language, pack.launcher])]);
  assert.deepEqual(LABELS, named);
});

test("every word the modules say is in the pack", () => {
  const said = readdirSync(WIDGET).filter((name) => name.endsWith(".js")).flatMap((name) =>
    [...readFileSync(new URL(name, WIDGET), "utf8").matchAll(/\b(?:say|count)\("(\w+)"/g)].map((found) => found[1]));
  assert.ok(said.length > 40);
  for (const key of said) assert.ok(key in ENGLISH || `${key}_other` in ENGLISH, key);
});

test("a pack of a site's own replaces what it has and nothing else", () => {
  const words = wordsOf({ send: "Go", nonsense: "x", stop: 5 });
  assert.equal(words.send, "Go");
  assert.equal(words.stop, ENGLISH.stop);
  assert.ok(!("nonsense" in words));
});

test("counting follows the language", () => {
  const say = speaker(ENGLISH);
  assert.equal(say.count("ready", 1), "Answer ready, 1 source");
  assert.equal(say.count("ready", 3), "Answer ready, 3 sources");
  assert.equal(say.day("2025-02-27"), "February 27, 2025");
});

test("history carries questions and ids, each once, twenty at most, and no prose", () => {
  const answer = (n) => ({ question: `q${n}`, answer: "prose", sources: [{ id: "a" }, { id: "a" }, { id: `b${n}` }] });
  const history = historyOf(Array.from({ length: 25 }, (_, n) => answer(n)));
  assert.equal(history.length, 20);
  assert.deepEqual(history.at(-1), { question: "q24", source_ids: ["a", "b24"] });
});

test("a copy has the sources and the disclaimer", () => {
  const source = { index: 1, tier: "research", quote: "Words.", article_title: "T", heading: "H", review_status: "approved", last_updated: "2025-02-27", references: [], url: "/articles/t" };
  const answer = { question: "Q?", notices: [{ text: "Of adults." }, { text: "Note." }], answer: "Of adults.\n\nWords. [1]", sources: [source], disclaimer: { text: "Mandated." } };
  const text = asText(speaker(ENGLISH), answer, "https://a.example");
  for (const part of ["Q?", "Note.", "Words. [1]", "[1] Research: “Words.”", "https://a.example/articles/t", "Approved"]) assert.ok(text.includes(part), part);
  assert.ok(text.endsWith("Mandated."));
  assert.equal(text.split("Of adults.").length, 2, "what the answer says itself is not said twice");
});

test("a heading that names its tier is not named twice", () => {
  const say = speaker(ENGLISH);
  const named = (tier, heading) => standing(say, { tier, heading });
  assert.equal(named("guideline", "From the Guidelines"), "From the Guidelines");
  assert.equal(named("drug_label", "From the FDA Drug Label"), "From the FDA Drug Label");
  assert.equal(named("editorial", "Editor's notes"), "Editor's notes");
  assert.equal(named("editorial", "Do the studies agree?"), "Editors: Do the studies agree?");
  assert.equal(named("research", "Trials"), "Research: Trials");
});
