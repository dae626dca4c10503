"use strict";
// Loads a candidate, makes the calls of request.json and says what came of each; runs in the candidate's own process.
// Nothing it says is trusted: it holds no expected values, and its caller alone decides what an answer is worth.

const fs = require("node:fs");
const path = require("node:path");
const util = require("node:util");

const MOST_NODES = 20000;
const MOST_DEPTH = 60;
const MOST_ITERATED = 1000;

const request = JSON.parse(fs.readFileSync("request.json", "utf8"));
const real = { write: fs.writeSync, stringify: JSON.stringify, exit: process.exit, setTimeout: globalThis.setTimeout };
let printed = "";

function say(message) {
  real.write(1, "\n" + request.mark + real.stringify(message) + "\n");
}

function listen() {
  const hear = (...values) => {
    if (printed.length < 10000) printed += util.format(...values) + "\n";
  };
  for (const name of ["log", "info", "debug", "warn", "error", "dir", "table"]) console[name] = hear;
  process.stdout.write = (text) => {
    if (printed.length < 10000) printed += String(text);
    return true;
  };
}

function heard() {
  const text = printed;
  printed = "";
  return text.slice(0, 1000);
}

// --- values ---------------------------------------------------------------------------------------------------------

function decode(node) {
  if (node === null || typeof node !== "object") return node;
  if (Array.isArray(node)) return node.map(decode);
  if (node.t === "float") return { nan: NaN, inf: Infinity, "-inf": -Infinity }[node.v];
  if (node.t === "dict") return Object.fromEntries(node.v.map(([key, value]) => [key, decode(value)]));
  return decode(node.v);
}

function opaque(type, value) {
  let note = "";
  try {
    note = util.inspect(value, { depth: 2, breakLength: Infinity, maxArrayLength: 10, maxStringLength: 50 });
  } catch {
    note = "";
  }
  return { t: "opaque", v: type, note: note.slice(0, 200) };
}

function typeName(value) {
  try {
    return String(value.constructor.name || "object").slice(0, 100);
  } catch {
    return "object";
  }
}

function number(value) {
  if (Number.isFinite(value)) return value;
  return { t: "float", v: Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf" };
}

function encode(value, depth = 0, cost = { nodes: 0 }) {
  cost.nodes += 1;
  if (cost.nodes > MOST_NODES || depth > MOST_DEPTH) throw new RangeError("too large");
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return number(value);
  if (value === undefined) return { t: "opaque", v: "undefined", note: "" };
  if (typeof value === "bigint") return opaque("BigInt", value);
  if (typeof value !== "object") return opaque(typeof value, value);
  if (Array.isArray(value)) {
    if (Object.hasOwn(value, "index") && Object.hasOwn(value, "input")) return opaque("Match", value);
    return Array.from(value, (item) => encode(item, depth + 1, cost));
  }
  const kind = Object.getPrototypeOf(value);
  if (kind === null || kind === Object.prototype) {
    const items = Object.entries(value);
    return { t: "dict", v: items.map(([key, item]) => [key, encode(item, depth + 1, cost)]) };
  }
  if (typeof value.next === "function" && typeof value[Symbol.iterator] === "function") {
    return iterated(value, [...taken(value)], depth, cost);
  }
  return opaque(typeName(value), value);
}

function* taken(values) {
  let count = 0;
  for (const value of values) {
    yield value;
    if (++count > MOST_ITERATED) return;
  }
}

function iterated(value, items, depth, cost) {
  const complete = items.length <= MOST_ITERATED;
  const first = items.slice(0, MOST_ITERATED).map((item) => encode(item, depth + 1, cost));
  return { t: "iterated", of: "Generator", v: first, complete };
}

function encoded(value) {
  try {
    return encode(value);
  } catch (error) {
    return { t: "opaque", v: `value that is ${error instanceof RangeError ? "too large" : "unreadable"}`, note: "" };
  }
}

function described(error) {
  if (!(error instanceof Error)) return { error: `a thrown ${typeof error}`, message: util.inspect(error).slice(0, 500) };
  return { error: typeName(error), message: String(error.message).slice(0, 500) };
}

// A promise is awaited, what an async generator gives is collected.
async function settled(value) {
  if (value && typeof value.then === "function") return await value;
  if (value && typeof value === "object" && typeof value[Symbol.asyncIterator] === "function") {
    const items = [];
    for await (const item of value) {
      items.push(item);
      if (items.length > MOST_ITERATED) break;
    }
    return items.values();
  }
  return value;
}

// --- the candidate --------------------------------------------------------------------------------------------------

const loaded = { exports: undefined, find: undefined, error: null };

async function load() {
  for (const file of request.files) {
    delete globalThis.aiassert_find;
    try {
      const where = path.resolve(file);
      loaded.exports = /\.m[jt]s$/.test(file) ? await import(where) : require(where);
      loaded.find = globalThis.aiassert_find;
      break;
    } catch (error) {
      loaded.error ??= { ...described(error), code: String(error?.code ?? ""), line: lineOf(error, file) };
      loaded.find ??= globalThis.aiassert_find;
    }
  }
  say({ loaded: loaded.error });
}

function lineOf(error, file) {
  const match = new RegExp(`${file.replace(".", "\\.")}:(\\d+)`).exec(String(error?.stack ?? ""));
  return match ? Number(match[1]) : null;
}

function named(name) {
  const exports = loaded.exports;
  if (name === "default") return exports?.default ?? exports;
  try {
    const found = loaded.find?.(name);
    if (found !== undefined) return found;
  } catch {
    // not a name of the module's own: it may be an export's
  }
  return exports?.[name] ?? exports?.default?.[name];
}

function resolve(name) {
  const [owner, method] = name.split(".");
  const found = named(owner);
  if (found === undefined) throw new ReferenceError(`${owner} is not defined`);
  if (method === undefined) return found;
  if (typeof found !== "function") return found[method].bind(found);
  if (Object.hasOwn(found, method)) return found[method].bind(found);
  const instance = new found();
  return instance[method].bind(instance);
}

async function answered({ name, args }) {
  const passed = args.map(decode);
  let answer;
  try {
    const value =
      name === "aiassert_play" ? await play(...passed) : encoded(await settled(resolve(name)(...passed)));
    answer = { value };
  } catch (error) {
    answer = described(error);
  }
  return { ...answer, args: passed.map(encoded), printed: heard() };
}

// --- classes --------------------------------------------------------------------------------------------------------

async function play(owner, args, spare, methods, steps) {
  const kind = named(owner);
  if (kind === undefined) throw new ReferenceError(`${owner} is not defined`);
  const clock = steps.some(([number]) => number === null) ? fakeClock() : null;
  const made = fitting(kind, args, spare);
  if (made === null) return encoded({ unmade: `${owner} with ${kind.length} arguments` });
  let instance;
  try {
    instance = new kind(...made);
  } catch (error) {
    const { error: name, message } = described(error);
    return encoded({ made, raised: [name, message] });
  }
  const names = foundNames(instance, methods.map(([sounds]) => sounds));
  const answers = [];
  for (const [number, given] of steps) {
    if (number === null) clock.advance(given[0]);
    answers.push(number === null || names[number] === null ? null : await asked(instance, names[number], given, methods[number][1]));
  }
  const said = { t: "dict", v: [["made", encoded(made)], ["names", names], ["answers", answers]] };
  return said;
}

async function asked(instance, name, given, spare) {
  heard();
  const answer = { args: encoded(given) };
  try {
    let value = instance[name];
    answer.attribute = typeof value !== "function";
    if (typeof value === "function") {
      const passed = fitting(value, given, spare) ?? given;
      answer.args = encoded(passed);
      value = await settled(instance[name](...passed));
    }
    if (value && typeof value.next === "function") value = [...taken(value)];
    answer.value = encoded(value);
  } catch (error) {
    const { error: kind, message } = described(error);
    answer.raised = [kind, message];
  }
  answer.printed = heard();
  return { t: "dict", v: Object.entries(answer) };
}

function fitting(fn, args, spare) {
  const missing = Math.max(0, fn.length - args.length);
  return missing <= spare.length ? [...args, ...spare.slice(0, missing)] : null;
}

function namesOf(instance) {
  const names = new Set();
  for (let owner = instance; owner && owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
    for (const name of Object.getOwnPropertyNames(owner)) {
      if (!name.startsWith("_") && name !== "constructor") names.add(name);
    }
  }
  return [...names];
}

function foundNames(instance, wanted) {
  const names = namesOf(instance);
  const plain = (name) => name.replaceAll("_", "").toLowerCase();
  const words = (name) => `_${name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase()}_`;
  const found = wanted.map(() => null);
  const free = () => names.filter((name) => !found.includes(name));
  wanted.forEach((sounds, number) => {
    const exact = sounds.map((sound) => free().find((name) => plain(name) === plain(sound)));
    found[number] = exact.find((name) => name !== undefined) ?? null;
  });
  wanted.forEach((sounds, number) => {
    if (found[number] !== null) return;
    const within = sounds.map((sound) => free().find((name) => words(name).includes(`_${sound}_`)));
    found[number] = within.find((name) => name !== undefined) ?? null;
  });
  return found;
}

// Stands in for clocks and timers; time moves only when told to.
function fakeClock() {
  const RealDate = Date;
  const start = RealDate.now();
  let passed = 0;
  let timers = [];
  const now = () => start + passed * 1000;
  globalThis.Date = class extends RealDate {
    constructor(...parts) {
      super(...(parts.length ? parts : [now()]));
    }
    static now() {
      return now();
    }
  };
  performance.now = () => passed * 1000;
  process.hrtime = Object.assign(() => [Math.floor(passed), Math.round((passed % 1) * 1e9)], {
    bigint: () => BigInt(Math.round(passed * 1e9)),
  });
  const timer = (every) => (action, delay = 0, ...args) => {
    const entry = { at: passed + Math.max(delay, 1) / 1000, every: every ? Math.max(delay, 1) / 1000 : 0, action, args };
    timers.push(entry);
    return Object.assign(entry, { ref: () => entry, unref: () => entry });
  };
  globalThis.setTimeout = timer(false);
  globalThis.setInterval = timer(true);
  globalThis.clearTimeout = globalThis.clearInterval = (entry) => {
    timers = timers.filter((other) => other !== entry);
  };
  const advance = (seconds) => {
    const end = passed + seconds;
    for (let turn = 0; turn < 10000; turn++) {
      const due = timers.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      passed = Math.max(passed, due.at);
      if (due.every) due.at += due.every;
      else timers = timers.filter((other) => other !== due);
      due.action(...due.args);
    }
    passed = end;
  };
  return { advance };
}

// --- work -----------------------------------------------------------------------------------------------------------

async function main() {
  fs.unlinkSync("request.json");
  listen();
  await load();
  heard();
  for (const call of request.calls) say(await answered(call));
  real.exit(0);
}

main();
