/* What a cell puts out, as the book's own pages show it. */

const LIMIT = 100_000; // characters of one stream that stay on the page
const ANSI = /\x1b\[[0-9;]*[A-Za-z]/g;

/* The richest form of a result that a page can show comes first. */
const FORMS = {
  "text/html": markup,
  "image/svg+xml": markup,
  "image/png": (data) => picture("image/png", data),
  "image/jpeg": (data) => picture("image/jpeg", data),
  "text/markdown": (data) => text(data, "text_plain"),
  "text/latex": (data) => text(data, "text_plain"),
  "text/plain": (data) => text(data, "text_plain"),
};

const named = new Map(); // by display id: what any cell may still change

export class Output {
  constructor(node) {
    Object.assign(this, { node, clearNext: false });
    node.replaceChildren();
  }

  add(kind, content) {
    if (kind === "clear_output") {
      if (content.wait) this.clearNext = true; else this.#clear();
      return;
    }
    if (kind === "update_display_data") {
      const old = named.get(content.transient?.display_id);
      if (old) this.#put(content, old);
      return;
    }
    if (!["stream", "display_data", "execute_result", "error"].includes(kind)) return;
    if (this.clearNext) this.#clear();
    if (kind === "stream") this.#stream(content);
    else if (kind === "error") this.node.append(error(content));
    else this.#put(content);
  }

  /* One sentence in place of a result. */
  say(sentence) {
    this.node.append(made("p", "desk-error", sentence));
  }

  #clear() {
    this.clearNext = false;
    this.node.replaceChildren();
  }

  #put({ data, transient }, old) {
    const form = Object.keys(FORMS).find((type) => type in data);
    if (!form) return; // such as the values that the build glues into the text
    const shown = FORMS[form]([data[form]].flat().join(""));
    if (old) old.replaceWith(shown); else this.node.append(shown);
    if (transient?.display_id) named.set(transient.display_id, shown);
    startScripts(shown);
  }

  #stream({ name, text: added }) {
    let last = this.node.lastElementChild;
    if (last?.dataset.stream !== name) {
      last = text("", "stream");
      last.dataset.stream = name;
      this.node.append(last);
    }
    const pre = last.querySelector("pre");
    pre.textContent = shortened(overwritten(pre.textContent + added.replace(ANSI, "")));
  }
}

/* A carriage return begins the line anew, as progress bars want it. */
function overwritten(written) {
  const from = (line) => line.lastIndexOf("\r", line.length - 2) + 1;
  return written.replace(/\r\n/g, "\n").split("\n")
    .map((line) => line.slice(from(line))).join("\n");
}

function shortened(written) {
  if (written.length <= LIMIT) return written;
  const end = written.slice(-LIMIT);
  return "[what came before is not shown]\n" + end.slice(end.indexOf("\n") + 1);
}

function made(tag, className, content = "") {
  return Object.assign(document.createElement(tag), { className, textContent: content });
}

function text(content, kind) {
  const node = made("div", `output ${kind} highlight-myst-ansi notranslate`);
  const box = made("div", "highlight");
  box.append(made("pre", "", content.replace(ANSI, "")));
  node.append(box);
  return node;
}

function markup(data) {
  const node = made("div", "output text_html");
  node.innerHTML = data;
  return node;
}

/* Scripts that come as text do not run by themselves: players of animations need it. */
function startScripts(node) {
  for (const old of node.querySelectorAll("script")) {
    const script = document.createElement("script");
    for (const { name, value } of old.attributes) script.setAttribute(name, value);
    script.textContent = old.textContent;
    old.replaceWith(script);
  }
}

function picture(type, data) {
  const node = made("div", "output image");
  node.append(Object.assign(new Image(), {
    src: `data:${type};base64,${data.trim()}`, alt: "The picture that this cell drew" }));
  return node;
}

/* The sentence first; the way there is folded. */
function error({ ename, evalue, traceback }) {
  if (ename === "StdinNotImplementedError")
    evalue = "this page has no input(): write the value into the code.";
  const node = made("div", "output desk-error");
  node.dataset.error = ename;
  const said = made("p", "", evalue ? `: ${evalue}` : "");
  said.prepend(made("strong", "", ename));
  const fold = document.createElement("details");
  fold.append(made("summary", "", "Where it happened"),
    made("pre", "", traceback.join("\n").replace(ANSI, "")));
  node.append(said, fold);
  return node;
}
