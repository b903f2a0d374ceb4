/* A field for typing, laid over the book's own coloured code.

   The browser's text field does what a text field must: undo, touch, spelling out for
   a screen reader. Its letters are transparent; the code below it shows them. */

import { coloured } from "./colours.js";

const INDENT = 4;

export class Editor {
  /* `keys` maps "shift" and "ctrl" to what Enter then does. */
  constructor(pre, label, keys, onInput) {
    Object.assign(this, { pre, keys, onInput, typing: false });
    this.original = pre.textContent.replace(/\n$/, "");
    this.markup = pre.innerHTML;
    this.area = this.#field(label);
    const both = document.createElement("div");
    both.className = "desk-editor";
    pre.replaceWith(both);
    both.append(pre, this.area);
  }

  get source() { return this.area.value; }

  get changed() { return this.source !== this.original; }

  set source(text) {
    this.area.value = text;
    this.#paint();
  }

  /* Put the book's code back, as if it were typed: that can be undone. */
  reset() {
    this.area.focus({ preventScroll: true });
    this.area.select();
    insert(this.original);
  }

  #field(label) {
    const area = document.createElement("textarea");
    Object.assign(area, { value: this.original, spellcheck: false, wrap: "off",
      autocapitalize: "off", autocomplete: "off", ariaLabel: label, rows: 1 });
    area.setAttribute("autocorrect", "off");
    area.setAttribute("aria-description",
      "Shift and Enter run it. While you type, Tab indents; Escape gives Tab back.");
    area.addEventListener("input", () => { this.typing = true; this.#paint(); });
    area.addEventListener("pointerdown", () => { this.typing = true; });
    area.addEventListener("blur", () => { this.typing = false; });
    area.addEventListener("keydown", (event) => this.#key(event));
    return area;
  }

  #paint() {
    if (this.changed) this.pre.innerHTML = coloured(this.source) + "\n";
    else this.pre.innerHTML = this.markup;
    this.onInput();
  }

  #key(event) {
    if (event.isComposing) return;
    const enter = event.key === "Enter";
    if (event.key === "Escape") this.typing = false;
    else if (enter && event.shiftKey) this.keys.shift();
    else if (enter && (event.ctrlKey || event.metaKey)) this.keys.ctrl();
    else if (enter && !event.altKey) this.#newLine();
    else if (event.key === "Tab" && !event.shiftKey && this.typing) this.#indent();
    else return;
    if (event.key !== "Escape") event.preventDefault();
  }

  get #line() {
    const before = this.source.slice(0, this.area.selectionStart);
    return before.slice(before.lastIndexOf("\n") + 1);
  }

  #newLine() {
    const margin = this.#line.match(/^ */)[0];
    insert("\n" + margin + (/:\s*(#.*)?$/.test(this.#line) ? " ".repeat(INDENT) : ""));
  }

  #indent() {
    const { selectionStart: start, selectionEnd: end } = this.area;
    if (start === end) insert(" ".repeat(INDENT - (this.#line.length % INDENT)));
    else { // whole lines
      const first = start - this.#line.length;
      this.area.setSelectionRange(first, end);
      insert(this.source.slice(first, end).replace(/^(?=.)/gm, " ".repeat(INDENT)));
    }
  }
}

/* The one way of putting text in that can be undone. */
function insert(text) { document.execCommand("insertText", false, text); }
