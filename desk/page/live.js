/* A chapter's page with live cells: which run, in which order, and what is said.

   Only `make serve` puts this script into a page; the built book does not name it. */

import { Cell, button } from "./cell.js";
import { Kernel } from "./kernel.js";

const { chapter, exercise } = document.getElementById("desk").dataset;
const SAID = { starting: "Python is starting ...", idle: "Python is ready",
  busy: "Python is running", restarting: "Python is starting anew ...",
  dead: "Python has ended; the next cell starts it anew", cut: "The connection was cut; " +
  "the next cell makes it again", lost: "Python cannot be reached" };
const FORGETFUL = ["restarting", "dead", "lost"];

class Page {
  constructor() {
    this.kernel = new Kernel(`_build/live/${chapter}`, (state) => this.#tell(state));
    this.alone = false; // whether the reader chose to run a cell without those above
    this.stops = 0; // how often the reader pressed Stop or Restart
    this.queue = Promise.resolve();
    const nodes = document.querySelectorAll("div.cell:has(> .cell_input, > details .cell_input)");
    this.cells = [...nodes].map((node, i) => new Cell(node, i + 1, this));
    this.#recall();
    document.querySelector("article h1").after(this.#welcome());
    document.body.append(this.#dock());
  }

  /* Run one cell; those above it are offered first where they have not run. */
  async run(cell, goOn = false) {
    if (cell.busy) return;
    const stops = this.stops;
    cell.answered();
    cell.state = "waiting";
    const there = await this.#connect(cell);
    cell.state = !there ? "failed" : cell.ran ? "ran" : "";
    if (!there || stops !== this.stops) return;
    const above = this.#above(cell);
    if (!above.length || this.alone) {
      if (goOn) this.cells[cell.number]?.editor.area.focus();
      this.#enqueue([cell]);
      return;
    }
    const many = above.length > 1 ? `${above.length} cells above have` : "The cell above has";
    cell.ask(`${many} not run yet.`, [
      ["Run all above", () => this.#enqueue([...above, cell])],
      ["Run only this one", () => { this.alone = true; this.#enqueue([cell]); }],
    ]);
  }

  runAll() {
    this.#enqueue(this.cells);
  }

  async stop() {
    this.stops++;
    await this.#quietly(() => this.kernel.interrupt());
  }

  async restart() {
    this.stops++;
    await this.#quietly(() => this.kernel.restart());
  }

  #above(cell) {
    return this.cells.slice(0, cell.number - 1).filter((other) => !other.ran);
  }

  /* Whether Python is there; if not, the cell says why. */
  async #connect(cell) {
    try {
      await this.kernel.connect();
      await (this.hidden ??= this.#readHidden().catch(() => {
        this.hidden = null;
        throw Error("The page's notebook could not be read; run the cell again.");
      }));
    } catch (error) {
      cell.output().say(error.message);
      return false;
    }
    if (this.remembered?.kernel === this.kernel.id)
      for (const number of this.remembered.ran) this.#restored(this.cells[number - 1]);
    this.remembered = null;
    return true;
  }

  #restored(cell) {
    if (!cell || cell.ran) return;
    cell.ran = true;
    cell.note.textContent = "ran before you came back";
  }

  /* Cells that the book runs and does not show follow the one before them. */
  async #readHidden() {
    const answer = await fetch(`/book/_sources/${chapter}.ipynb`);
    if (!answer.ok) return;
    const { cells } = await answer.json();
    const code = cells.filter((cell) => cell.cell_type === "code");
    const isHidden = ({ metadata }) => metadata.tags?.includes("remove-cell");
    if (code.length - code.filter(isHidden).length !== this.cells.length) return;
    let number = 0;
    for (const cell of code) {
      if (!isHidden(cell)) number++;
      else if (number) this.cells[number - 1].after.push([cell.source].flat().join(""));
    }
  }

  #enqueue(cells) {
    const stops = this.stops;
    for (const cell of cells) cell.state = "waiting";
    this.queue = this.queue.then(async () => {
      let go = true;
      for (const cell of cells) {
        go &&= stops === this.stops;
        if (go) go = await this.#execute(cell);
        else if (cell.busy) cell.state = cell.ran ? "ran" : "";
      }
    });
  }

  /* Whether the cell came to a good end. */
  async #execute(cell) {
    const stops = this.stops;
    if (!await this.#connect(cell)) { cell.state = "failed"; return false; }
    if (stops !== this.stops) { cell.state = "stopped"; return false; }
    cell.state = "running";
    this.now = cell;
    const output = cell.output(), { source } = cell.editor;
    let status;
    try {
      status = await this.kernel.run(source, (...said) => output.add(...said));
      if (status === "ok") // what they check is the book's own text
        for (const code of cell.after) await this.kernel.run(code);
    } catch (error) {
      output.say(error.message);
    }
    this.#ended(cell, status, stops);
    if (cell.ran && cell.editor.source !== source) cell.note.textContent = "ran, edited since";
    return status === "ok";
  }

  #ended(cell, status, stops) {
    this.now = null;
    cell.ran = status === "ok";
    cell.state = cell.ran ? "ran" : stops === this.stops ? "failed" : "stopped";
    const missing = cell.place.querySelector("[data-error=NameError]");
    const above = this.#above(cell);
    if (missing && above.length)
      missing.append(button("Run all above", () => this.#enqueue([...above, cell])));
    this.remember();
  }

  #forget() {
    this.alone = false;
    for (const cell of this.cells) {
      cell.ran = false;
      if (!cell.busy) cell.state = ""; // what waits or runs is told by who waits for it
    }
    this.remember();
  }

  async #quietly(act) {
    try { await act(); } catch (error) { this.status.textContent = error.message; }
  }

  #tell(state) {
    if (FORGETFUL.includes(state)) this.#forget();
    this.dock.hidden = false;
    this.dock.dataset.state = state;
    const at = state === "busy" && this.now
      ? `: cell ${this.now.number} of ${this.cells.length}` : "";
    this.status.textContent = SAID[state] + at;
  }

  #dock() {
    this.dock = Object.assign(document.createElement("section"),
      { id: "desk-dock", hidden: true, ariaLabel: "Python" });
    this.status = document.createElement("span");
    this.status.setAttribute("role", "status");
    this.dock.append(this.status,
      button("Stop", () => this.stop(), "Stop what is running"),
      button("Restart", () => this.restart(), "Forget everything and begin anew"),
      button("Run all", () => this.runAll(), "Run every cell of the page"));
    return this.dock;
  }

  #welcome() {
    const line = document.createElement("p");
    line.id = "desk-welcome";
    line.append("The code on this page is live: change it, and press Run or Shift+Enter. ");
    if (exercise) line.append(link("Open the exercise notebook", "exercise", exercise), " · ");
    line.append(link("Open this chapter in JupyterLab", "chapter", chapter));
    line.append(" (your own copies, in the folder work/).");
    return line;
  }

  /* Edits and what has run survive a reload, as long as the tab is open. */
  remember() {
    if (!this.cells) return;
    const edits = this.cells.filter(({ editor }) => editor.changed)
      .map(({ number, editor }) => [number, editor.original, editor.source]);
    const now = this.cells.filter((cell) => cell.ran).map((cell) => cell.number);
    const { kernel, ran } = this.remembered ?? { kernel: this.kernel.id, ran: now };
    sessionStorage.setItem(`desk ${chapter}`, JSON.stringify({ kernel, ran, edits }));
  }

  #recall() {
    const kept = JSON.parse(sessionStorage.getItem(`desk ${chapter}`) ?? "null");
    this.remembered = kept; // until it is known whether its Python still runs
    for (const [number, original, source] of kept?.edits ?? []) {
      const editor = this.cells[number - 1]?.editor;
      if (editor?.original === original) editor.source = source;
    }
  }
}

function link(text, kind, name) {
  return Object.assign(document.createElement("a"),
    { textContent: text, href: `/desk/open/${kind}/${name}`, target: "desk-lab" });
}

new Page();
