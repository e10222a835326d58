// Shows samples. What a model wrote only ever becomes the text of a node, never markup.
const data = JSON.parse(document.getElementById("data").textContent);
const list = document.getElementById("list");
const detail = document.getElementById("detail");
const filters = document.getElementById("filters");
const PAGE = 300;
const KEYS = ["category", "format", "difficulty", "split", "family"];
let found = [];
let shown = PAGE;
let current = null;
let referenceOpen = false;

function make(name, options = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (key === "class") node.className = value;
    else if (key === "text") put(node, value);
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

function put(node, text, most = MOST_CHARACTERS) {
  for (const [piece, unseen] of pieces(text.slice(0, most))) {
    if (!unseen) node.append(piece);
    else {
      const mark = document.createElement("span");
      mark.className = "unseen";
      mark.textContent = piece;
      node.append(mark);
    }
  }
  if (text.length > most) {
    const rest = make("button", { class: "rest", text: `${(text.length - most).toLocaleString("en")} more characters` });
    rest.addEventListener("click", () => { rest.remove(); put(node, text.slice(most), Infinity); });
    node.append(rest);
  }
}

// Filters

const choices = {};
function choice(key, label, names, counts, all) {
  const select = make("select");
  if (all) select.append(make("option", { value: "", text: all }));
  names.forEach((name, place) => {
    select.append(make("option", { value: String(place + 1), text: counts ? `${name} (${counts.get(name)})` : name }));
  });
  select.addEventListener("change", () => refresh(null));
  choices[key] = { select, names };
  filters.append(make("label", { text: label }, select));
}

function filter(key, label, values, order) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) || 0) + 1);
  const names = [...counts.keys()].sort(order ? order(counts) : (a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (names.length > 1 || (key === "code" && names.length)) choice(key, label, names, counts, "all");
}

function chosen(key) {
  const own = choices[key];
  return own && own.select.value ? own.names[Number(own.select.value) - 1] : null;
}

function choose(key, value) {
  const own = choices[key];
  if (own) own.select.value = String(own.names.findIndex((one) => String(one) === value) + 1 || own.select.options[0].value);
}

const task = (sample) => data.tasks[sample.task];
const ending = (sample) => data.outcomes[sample.outcome];
filter("outcome", "outcome", data.samples.map(ending), () => (a, b) => data.outcomes.indexOf(a) - data.outcomes.indexOf(b));
for (const key of KEYS) filter(key, key, data.samples.map((s) => task(s)[key]));
filter("code", "error", data.samples.flatMap((s) => s.codes), (counts) => (a, b) => counts.get(b) - counts.get(a) || (a < b ? -1 : 1));
const search = make("input", { type: "search", placeholder: "task, prompt or answer" });
let waiting = 0;
search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => refresh(null), 150); });
filters.append(make("label", { text: "contains" }, search));
choice("order", "order", Object.keys(ORDERS));
const total = make("span", { class: "total", "aria-live": "polite" });
const clear = make("button", { class: "plain", text: "clear" });
clear.addEventListener("click", () => { for (const key in choices) choose(key, null); search.value = ""; refresh(null); });
filters.append(make("span", { class: "end" }, clear, total));

function matcher() {
  const wanted = ["outcome", "code", ...KEYS].map((key) => [key, chosen(key)]).filter(([, value]) => value !== null);
  const words = search.value.trim().toLowerCase();
  return (sample) => wanted.every(([key, value]) => (
    key === "outcome" ? ending(sample) === value : key === "code" ? sample.codes.includes(value) : task(sample)[key] === value
  )) && (!words || [task(sample).id, task(sample).prompt, sample.text].some((text) => text.toLowerCase().includes(words)));
}

function refresh(place) {
  const fits = matcher();
  found = ordered(data.samples.map((_, own) => own).filter((own) => fits(data.samples[own])), data.samples, chosen("order"));
  shown = PAGE;
  total.textContent = `${found.length} of ${data.samples.length}`;
  draw();
  open(found.includes(place ?? current) ? place ?? current : found.length ? found[0] : null);
}

// The list

function name(sample) {
  return task(sample).id + (sample.number ? ` #${sample.number + 1}` : "");
}

function draw() {
  list.replaceChildren(...found.slice(0, shown).map((place) => {
    const sample = data.samples[place];
    const reward = sample.reward === null ? "no score" : `reward ${sample.reward.toFixed(2)}`;
    const button = make("button", { class: `o${sample.outcome}`, "data-place": place, tabindex: -1, text: name(sample) });
    button.append(make("span", { class: "sub", text: [ending(sample), reward, ...sample.codes.slice(0, 2)].join(" · ") }));
    button.addEventListener("click", () => {
      open(place);
      // On a narrow screen the sample is below the list.
      if (detail.offsetTop > list.offsetTop + list.offsetHeight) detail.scrollIntoView();
    });
    return button;
  }));
  if (found.length > shown) {
    const more = make("button", { class: "more", text: `${found.length - shown} more` });
    more.addEventListener("click", () => { shown += PAGE; draw(); mark(); });
    list.append(more);
  }
}

function mark() {
  for (const button of list.querySelectorAll("[data-place]")) {
    const own = Number(button.dataset.place) === current;
    button.setAttribute("aria-current", String(own));
    button.tabIndex = own ? 0 : -1;
    if (!own) continue;
    // Not scrollIntoView: that would scroll the page too.
    list.scrollTop = Math.min(list.scrollTop, button.offsetTop);
    list.scrollTop = Math.max(list.scrollTop, button.offsetTop + button.offsetHeight - list.clientHeight);
  }
}

function step(by, focus) {
  const to = Math.max(0, Math.min(found.length - 1, found.indexOf(current) + by));
  if (!found.length || found[to] === current) return;
  if (to >= shown) { shown = to + PAGE; draw(); }
  open(found[to]);
  if (focus) list.querySelector('[aria-current="true"]').focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select")) return;
  const inside = list.contains(event.target);
  const by = { j: 1, k: -1, ...(inside && { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }) }[event.key];
  if (!by) return;
  event.preventDefault();
  step(by, inside);
});

// The sample

function items(title, rows) {
  if (rows.length) detail.append(make("h4", { text: title }), make("ul", {}, ...rows));
}

function open(place) {
  current = place;
  mark();
  write();
  detail.replaceChildren();
  if (place === null) {
    detail.append(make("p", { class: "faint", text: "No sample fits." }));
    return;
  }
  const sample = data.samples[place];
  const own = task(sample);
  const at = found.indexOf(place);
  const turn = (text, by) => {
    const button = make("button", { class: "plain", text, title: by < 0 ? "key k" : "key j" });
    button.disabled = found[at + by] === undefined;
    button.addEventListener("click", () => {
      step(by, false);
      detail.querySelectorAll(".turn button")[by < 0 ? 0 : 1].focus({ preventScroll: true });
    });
    return button;
  };
  detail.append(make("div", { class: "turn" }, turn("‹ previous", -1), make("span", { text: `${at + 1} of ${found.length}` }), turn("next ›", 1)));
  detail.append(make("h3", { text: name(sample) }));
  const facts = [own.format, `difficulty ${own.difficulty}`, own.split];
  if (sample.tokens !== null) facts.push(`${sample.tokens} tokens`);
  if (sample.reward !== null) facts.push(`reward ${sample.reward.toFixed(3)}`);
  for (const [part, value] of sample.components) facts.push(`${part} ${value.toFixed(2)}`);
  detail.append(make("div", {}, make("span", { class: `badge o${sample.outcome}`, text: ending(sample) }), ...facts.map((text) => make("span", { class: "badge", text }))));
  detail.append(make("h4", { text: "prompt" }), make("pre", { class: "prompt", text: own.prompt }));

  const { lines, nowhere } = read(sample);
  const block = make("div", { class: "answer", role: "group", "aria-label": "answer" });
  const show = answer(block, lines);
  const placed = new Map();
  lines.forEach((line, number) => line.errors.forEach(([code]) => placed.set(code, (placed.get(code) || new Set()).add(number + 1))));
  items("errors in the answer's lines", [...placed].map(([code, numbers]) => make("li", {}, make("code", { text: code }), ...[...numbers].map((number) => {
    const button = make("button", { class: "plain", text: `line ${number}` });
    button.addEventListener("click", () => show(number));
    return button;
  }))));
  items(placed.size ? "errors elsewhere" : "errors", nowhere.map(([code, message, line]) =>
    make("li", {}, make("code", { text: code }), make("span", { class: "place", text: line ? `line ${line}` : "" }), make("bdi", { text: message }))));
  detail.append(make("h4", { text: "answer" }), sample.text.trim() ? block : make("p", { class: "faint", text: "Nothing was written." }));
  const first = block.querySelector(".note");
  if (first) block.scrollTop = Math.max(0, first.offsetTop - block.offsetTop - 90);
  // What an error says already is not said again.
  items("where the reward was lost", sample.losses.filter(([, , why]) => !sample.errors.some(([, message]) => why.includes(message))).map(([part, points, why]) =>
    make("li", {}, make("span", { class: "place", text: `${part} −${points.toFixed(2)}` }), make("bdi", { text: why }))));
  if (own.output) {
    const reference = make("details", {}, make("summary", { text: "reference" }), make("pre", { text: own.output }));
    reference.open = referenceOpen;
    reference.addEventListener("toggle", () => { referenceOpen = reference.open; });
    detail.append(reference);
  }
}

// Fills a block with lines, each error under the line it points at. Returns what brings a line into view.
function answer(block, lines) {
  const more = make("button", { class: "rest" });
  let drawn = 0;
  function draw(upto) {
    for (; drawn < Math.min(upto, lines.length); drawn++) {
      const { text, errors } = lines[drawn];
      block.append(make("div", { class: errors.length ? "row wrong" : "row" }, make("span", { class: "line", "data-line": drawn + 1 }), make("span", { class: "text", text })));
      for (const [code, message] of errors) block.append(make("div", { class: "note", role: "note" }, make("code", { text: code }), make("bdi", { text: message })));
    }
    more.textContent = `${(lines.length - drawn).toLocaleString("en")} more lines`;
    if (drawn < lines.length) block.append(more);
    else more.remove();
  }
  more.addEventListener("click", () => draw(drawn + MOST_LINES));
  draw(Math.max(MOST_LINES, 1 + Math.min(MOST_LINES * 4, lines.findIndex((line) => line.errors.length))));
  return (number) => {
    draw(Math.max(drawn, number));
    const row = block.querySelector(`[data-line="${number}"]`).parentNode;
    row.scrollIntoView({ block: "center" });
    for (const other of block.querySelectorAll(".here")) other.classList.remove("here");
    row.classList.add("here");
  };
}

// What is shown is in the address, so that it can be sent: report.html#code=unknown-field

let writing = 0;
function write() {
  // Not at every step of a key that is held down: browsers limit how often an address may change.
  clearTimeout(writing);
  writing = setTimeout(() => history.replaceState(null, "", address()), 300);
}

function address() {
  const own = new URLSearchParams();
  for (const [key, value] of ["outcome", "code", ...KEYS].map((key) => [key, chosen(key)])) if (value !== null) own.set(key, value);
  if (search.value) own.set("contains", search.value);
  if (choices.order.select.selectedIndex) own.set("order", chosen("order"));
  if (current !== null && current !== found[0]) {
    own.set("task", task(data.samples[current]).id);
    own.set("answer", data.samples[current].number + 1);
  }
  return String(own) ? `#${own}` : location.pathname;
}

function follow() {
  const own = new URLSearchParams(location.hash.slice(1));
  for (const key in choices) choose(key, own.get(key));
  search.value = own.get("contains") || "";
  const place = data.samples.findIndex((s) => task(s).id === own.get("task") && String(s.number + 1) === (own.get("answer") || "1"));
  if (String(own)) document.getElementById("samples").scrollIntoView();
  refresh(place < 0 ? null : place);
}

window.addEventListener("hashchange", follow);
follow();
