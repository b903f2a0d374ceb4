/* One code cell of the page: its code, its row of buttons, what it puts out. */

import { Editor } from "./editor.js";
import { Output } from "./outputs.js";

export function button(label, onclick, title = "") {
  return Object.assign(document.createElement("button"),
    { type: "button", className: "desk-button", textContent: label, onclick, title });
}

export class Cell {
  /* `page` runs cells; `number` counts from 1. */
  constructor(node, number, page) {
    Object.assign(this, { node, number, page, ran: false, after: [] });
    this.editor = new Editor(node.querySelector(".cell_input pre"),
      `Code of cell ${number}`,
      { shift: () => page.run(this, true), ctrl: () => page.run(this) },
      () => this.#edited());
    this.row = this.#buttons();
    node.querySelector(".cell_input").append(this.row);
    this.state = "";
  }

  #buttons() {
    const row = document.createElement("div");
    row.className = "desk-row";
    this.start = button("Run", () => this.page.run(this), "Shift+Enter");
    this.start.setAttribute("aria-label", `Run cell ${this.number}`);
    this.stop = button("Stop", () => this.page.stop());
    this.reset = button("Reset", () => this.editor.reset(),
      "Put the book's own code back; Ctrl+Z undoes it");
    this.note = document.createElement("span");
    row.append(this.start, this.stop, this.reset, this.note);
    return row;
  }

  /* "", "waiting", "running", "ran", "failed" or "stopped". */
  set state(state) {
    const isAt = [this.start, this.stop].includes(document.activeElement);
    this.node.dataset.desk = state;
    this.start.hidden = this.busy;
    this.stop.hidden = !this.busy;
    if (isAt) (this.busy ? this.stop : this.start).focus({ preventScroll: true });
    this.note.textContent = state || this.#unrun;
    this.reset.hidden = !this.editor.changed;
  }

  get busy() { return ["waiting", "running"].includes(this.node.dataset.desk); }

  get #unrun() { return this.editor.changed ? "edited, not run" : ""; }

  #edited() {
    this.reset.hidden = !this.editor.changed;
    if (!this.busy) this.note.textContent = this.#unrun;
    this.page.remember();
  }

  /* Where the live output goes: in place of the built one, above a figure's caption. */
  output() {
    this.place ??= this.#place();
    return new Output(this.place);
  }

  #place() {
    const place = document.createElement("div");
    place.className = "desk-output";
    let frame = this.node.querySelector(".cell_output");
    if (!frame) {
      frame = Object.assign(document.createElement("div"),
        { className: "cell_output docutils container" });
      this.node.append(frame);
    }
    const built = [...frame.querySelectorAll(".output")];
    if (built.length) built[0].before(place); else frame.prepend(place);
    built.forEach((node) => node.remove());
    return place;
  }

  /* Ask in the cell's own row; the answers are [label, what to do]. */
  ask(question, answers) {
    this.answered();
    this.offer = Object.assign(document.createElement("div"), { className: "desk-offer" });
    this.offer.setAttribute("role", "group");
    this.offer.setAttribute("aria-label", question);
    this.offer.append(question, ...answers.map(([label, act]) =>
      button(label, () => { this.#leave(); act(); })));
    this.offer.onkeydown = ({ key }) => { if (key === "Escape") this.#leave(); };
    this.row.after(this.offer);
    this.offer.querySelector("button").focus();
  }

  answered() { this.offer?.remove(); }

  /* Without an offer the keyboard is where the code is. */
  #leave() {
    this.answered();
    this.editor.area.focus({ preventScroll: true });
  }
}
