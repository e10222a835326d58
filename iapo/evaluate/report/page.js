"use strict";
// Shows samples. What a model wrote only ever becomes the text of a node, never markup.
const data = JSON.parse(document.getElementById("data").textContent);
const list = document.getElementById("list");
const detail = document.getElementById("detail");
const filters = document.getElementById("filters");
const PAGE = 300;
let found = [];
let shown = PAGE;
let current = null;

function make(name, options = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (key === "class") node.className = value;
    else if (key === "text") node.textContent = value;
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

function counted(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) || 0) + 1);
  return counts;
}

const choices = {};
function choice(key, label, values, order) {
  const counts = counted(values);
  const names = [...counts.keys()].sort(order || ((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
  if (names.length < 2 && key !== "code") return;
  if (!names.length) return;
  const select = make("select", { "data-key": key });
  select.append(make("option", { value: "", text: "all" }));
  names.forEach((name, place) => {
    const option = make("option", { text: `${name} (${counts.get(name)})` });
    option.value = String(place + 1);
    select.append(option);
  });
  select.addEventListener("change", refresh);
  choices[key] = { select, names };
  filters.append(make("label", { text: label }, select));
}

function chosen(key) {
  const own = choices[key];
  return own && own.select.value ? own.names[Number(own.select.value) - 1] : null;
}

const task = (sample) => data.tasks[sample.task];
const ending = (sample) => data.outcomes[sample.outcome];
choice("outcome", "outcome", data.samples.map(ending), (a, b) => data.outcomes.indexOf(a) - data.outcomes.indexOf(b));
for (const key of ["category", "format", "difficulty", "split"]) choice(key, key, data.samples.map((s) => task(s)[key]));
const codes = counted(data.samples.flatMap((s) => s.codes));
choice("code", "error", data.samples.flatMap((s) => s.codes), (a, b) => codes.get(b) - codes.get(a) || (a < b ? -1 : 1));
const search = make("input", { type: "search", placeholder: "task, prompt or answer" });
search.addEventListener("input", refresh);
filters.append(make("label", { text: "contains" }, search));
const total = make("span", { class: "total" });
filters.append(total);

function matches(sample) {
  const own = task(sample);
  const outcome = chosen("outcome");
  if (outcome !== null && ending(sample) !== outcome) return false;
  for (const key of ["category", "format", "difficulty", "split"]) {
    const value = chosen(key);
    if (value !== null && own[key] !== value) return false;
  }
  const code = chosen("code");
  if (code !== null && !sample.codes.includes(code)) return false;
  const words = search.value.trim().toLowerCase();
  return !words || [own.id, own.prompt, sample.text].some((text) => text.toLowerCase().includes(words));
}

function refresh() {
  found = data.samples.map((_, place) => place).filter((place) => matches(data.samples[place]));
  shown = PAGE;
  total.textContent = `${found.length} of ${data.samples.length}`;
  draw();
  select(found.includes(current) ? current : found.length ? found[0] : null, false);
}

function draw() {
  list.replaceChildren();
  for (const place of found.slice(0, shown)) {
    const sample = data.samples[place];
    const button = make("button", { class: `o${sample.outcome}`, "data-place": place });
    button.append(task(sample).id + (sample.number ? ` #${sample.number + 1}` : ""));
    const reward = sample.reward === null ? "no score" : `reward ${sample.reward.toFixed(2)}`;
    button.append(make("span", { class: "sub", text: [ending(sample), reward, ...sample.codes.slice(0, 2)].join(" · ") }));
    button.addEventListener("click", () => select(place, false));
    list.append(button);
  }
  if (found.length > shown) {
    const more = make("button", { class: "more", text: `${found.length - shown} more` });
    more.addEventListener("click", () => { shown += PAGE; draw(); mark(false); });
    list.append(more);
  }
}

function mark(scroll) {
  for (const button of list.children) {
    const own = Number(button.dataset.place) === current && !button.classList.contains("more");
    button.setAttribute("aria-current", String(own));
    if (own && scroll) button.scrollIntoView({ block: "nearest" });
  }
}

function select(place, scroll) {
  current = place;
  mark(scroll);
  detail.replaceChildren();
  if (place === null) {
    detail.append(make("p", { class: "faint", text: "No sample fits." }));
    return;
  }
  const sample = data.samples[place];
  const own = task(sample);
  detail.append(make("h3", { text: own.id + (sample.number ? `, answer ${sample.number + 1}` : "") }));
  const badges = make("div");
  badges.append(make("span", { class: `badge o${sample.outcome}`, text: ending(sample) }));
  const facts = [own.format, `difficulty ${own.difficulty}`, own.split];
  if (sample.tokens !== null) facts.push(`${sample.tokens} tokens`);
  if (sample.reward !== null) facts.push(`reward ${sample.reward.toFixed(3)}`);
  for (const [name, value] of sample.components) facts.push(`${name} ${value.toFixed(2)}`);
  for (const fact of facts) badges.append(make("span", { class: "badge", text: fact }));
  detail.append(badges, make("h4", { text: "prompt" }), make("pre", { class: "prompt", text: own.prompt }));
  const block = answer(sample);
  detail.append(make("h4", { text: "answer" }), block);
  const first = block.querySelector(".wrong");
  if (first) block.scrollTop = first.offsetTop - block.offsetTop - 60;
  if (sample.errors.length) {
    detail.append(make("h4", { text: "errors" }), make("ul", {}, ...sample.errors.map(([code, message, line]) =>
      make("li", {}, make("code", { text: code }), make("span", { class: "place", text: line ? `line ${line}` : "" }), message))));
  }
  // What an error says already is not said again.
  const losses = sample.losses.filter(([, , why]) => !sample.errors.some(([, message]) => why.endsWith(message)));
  if (losses.length) {
    detail.append(make("h4", { text: "where the reward was lost" }), make("ul", {}, ...losses.map(([name, points, why]) =>
      make("li", {}, make("span", { class: "place", text: `${name} −${points.toFixed(2)}` }), why))));
  }
  if (own.output) {
    const reference = make("details", {}, make("summary", { text: "reference" }), make("pre", { text: own.output }));
    detail.append(make("h4"), reference);
  }
}

function answer(sample) {
  const wrong = new Set(sample.errors.map(([, , line]) => line));
  const block = make("pre", { class: "answer" });
  sample.text.replace(/\n$/, "").split("\n").forEach((text, place) => {
    const row = make("span", { class: wrong.has(place + 1) ? "row wrong" : "row" });
    row.append(make("span", { class: "line", text: String(place + 1) }), text);
    block.append(row);
  });
  return block;
}

list.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = found[found.indexOf(current) + step];
  if (next !== undefined) select(next, true);
});
refresh();
