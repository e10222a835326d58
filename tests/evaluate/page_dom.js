// As much of a document as the report's script uses, to run it without a browser. Text set as
// markup would fail here: there is no such property.
const matching = (node, selector) => {
  const part = /^([\w]*)(?:\.([\w-]+))?(?:\[([\w-]+)(?:="(.*)")?\])?$/.exec(selector);
  const [, tag, own, name, value] = part;
  return (!tag || node.tag === tag) && (!own || node.classes().includes(own))
    && (!name || (name in node.attributes && (value === undefined || node.attributes[name] === value)));
};

class Node {
  constructor(tag) { Object.assign(this, { tag, attributes: {}, children: [], listeners: {}, className: "", parentNode: null, scrollTop: 0, offsetTop: 0, offsetHeight: 0, clientHeight: 0, disabled: false }); }
  classes() { return this.className.split(" "); }
  get classList() { return { add: (name) => { this.className += ` ${name}`; }, remove: (name) => { this.className = this.classes().filter((own) => own !== name).join(" "); } }; }
  get dataset() { return { place: this.attributes["data-place"] }; }
  get textContent() { return this.children.map((own) => (typeof own === "string" ? own : own.textContent)).join(""); }
  set textContent(text) { this.children = [text]; }
  get options() { return this.children; }
  get value() { return this.own ?? (this.tag === "select" ? this.children[0].attributes.value : this.attributes.value ?? ""); }
  set value(value) { this.own = value; }
  get selectedIndex() { return this.children.findIndex((own) => own.attributes.value === this.value); }
  setAttribute(name, value) { this.attributes[name] = String(value); }
  append(...nodes) { for (const node of nodes) { if (node instanceof Node) { node.remove(); node.parentNode = this; } this.children.push(node); } }
  replaceChildren(...nodes) { this.children = []; this.append(...nodes); }
  remove() { if (this.parentNode) this.parentNode.children = this.parentNode.children.filter((own) => own !== this); this.parentNode = null; }
  addEventListener(name, listener) { this.listeners[name] = listener; }
  click() { this.listeners.click({ target: this }); }
  contains(node) { return node === this || this.all().includes(node); }
  closest() { return null; }
  focus() {}
  scrollIntoView() {}
  all() { return this.children.filter((own) => own instanceof Node).flatMap((own) => [own, ...own.all()]); }
  querySelectorAll(selector) { return selector.split(" ").reduce((from, part) => from.flatMap((own) => own.all().filter((node) => matching(node, part))), [this]); }
  querySelector(selector) { return this.querySelectorAll(selector)[0] ?? null; }
}

const named = Object.fromEntries(["data", "list", "detail", "filters", "samples"].map((name) => [name, new Node("div")]));
globalThis.document = { getElementById: (name) => named[name], createElement: (tag) => new Node(tag), addEventListener: (name, listener) => { document[name] = listener; } };
globalThis.window = { addEventListener: (name, listener) => { window[name] = listener; } };
globalThis.location = { hash: "", pathname: "/report.html" };
globalThis.history = { replaceState: (_, __, to) => { location.hash = to.startsWith("#") ? to : ""; } };
