/* JupyterLab's button "Check": the hidden tests, on the notebook as it is on screen.

   This is a prebuilt extension, written by hand: JupyterLab asks the container below
   for "./extension" and lends it its own packages. Nothing is built. */
(() => {
  const NAME = "rnn-to-transformers-check";
  let shared;

  /* A package as JupyterLab itself uses it. */
  async function lent(name) {
    const [version] = Object.values(shared[name]);
    return (await version.get())();
  }

  function element(tag, text = "", properties = {}) {
    return Object.assign(document.createElement(tag), { textContent: text, ...properties });
  }

  function isExercise(panel) {
    const cells = panel.context.model.toJSON().cells;
    return cells.some((cell) => cell.metadata.nbgrader?.grade);
  }

  async function ask(services, notebook) {
    const settings = services.ServerConnection.makeSettings();
    const request = { method: "POST", body: JSON.stringify({ notebook }) };
    try {
      const answer = await services.ServerConnection.makeRequest(
        `${settings.baseUrl}desk/check`, request, settings);
      if (answer.ok) return await answer.json();
    } catch {
      return { error: "The server does not answer: start it again, and open the " +
        "address that it prints." };
    }
    return { error: "The server could not check this notebook: save it and reload the page." };
  }

  /* The cell that a task's answer belongs in. */
  function goTo(panel, task) {
    const cells = panel.context.model.toJSON().cells;
    const at = cells.findIndex((cell) => cell.metadata.nbgrader?.grade_id === task);
    if (at < 0) return;
    panel.content.activeCellIndex = at;
    panel.content.scrollToItem(at, "smart");
    panel.content.activate();
  }

  /* A task's row, and its hint below it: beside it there is little room. */
  function rows(panel, task) {
    const kind = task.verdict === "correct" ? "right" : "wrong";
    const line = element("tr", "", { className: kind });
    const head = element("th", "", { scope: "row" });
    const link = element("button", task.task, { title: "Go to this task" });
    link.onclick = () => goTo(panel, task.task);
    head.append(link);
    line.append(head, element("td", `${+task.score.toFixed(2)} / ${task.points}`),
      element("td", task.verdict, { className: "verdict" }));
    if (!task.hint) return [line];
    const hint = element("tr", "", { className: "hint" });
    hint.append(element("td", task.hint, { colSpan: 3 }));
    return [line, hint];
  }

  function table(panel, result) {
    const made = element("table");
    const head = element("tr");
    for (const title of ["Task", "Points", "Verdict"])
      head.append(element("th", title, { scope: "col" }));
    made.createTHead().append(head);
    made.createTBody().append(...result.tasks.flatMap((task) => rows(panel, task)));
    return made;
  }

  function show(node, panel, result) {
    const body = node.querySelector(".body");
    if (result.error) {
      body.replaceChildren(element("p", result.error, { className: "wrong" }));
      return;
    }
    const time = new Date().toLocaleTimeString();
    body.replaceChildren(
      element("p", `${+result.score.toFixed(2)} of ${result.max_score} points`,
        { className: "total" }),
      table(panel, result),
      element("p", `Checked at ${time}. Nothing was recorded, and your notebook was ` +
        "not changed. Answers in words are graded by a person."),
    );
  }

  const STYLE = `
    .desk-check { overflow: auto; padding: 1rem; color: var(--jp-content-font-color1);
      background: var(--jp-layout-color1); font-size: var(--jp-content-font-size1); }
    .desk-check h2 { margin: 0; font-size: 1.2em; }
    .desk-check .total { font-weight: 600; font-size: 1.1em; }
    .desk-check table { border-collapse: collapse; width: 100%; }
    .desk-check :is(th, td) { text-align: left; vertical-align: top;
      padding: .4em .6em .4em 0; }
    .desk-check tr:not(.hint) { border-top: 1px solid var(--jp-border-color2); }
    .desk-check td + td, .desk-check th + td { white-space: nowrap; }
    .desk-check .hint td { padding-top: 0; max-width: 45em; }
    .desk-check th button { all: unset; cursor: pointer; text-decoration: underline;
      font-family: var(--jp-code-font-family); }
    .desk-check th button:focus-visible { outline: 2px solid var(--jp-brand-color1); }
    .desk-check .right .verdict { color: var(--jp-success-color1); }
    .desk-check .wrong .verdict, .desk-check p.wrong { color: var(--jp-error-color1); }`;

  /* The panel beside a notebook: made when it is first checked. */
  function beside(app, widgets, panel) {
    const node = element("section", "", { className: "desk-check" });
    node.append(element("style", STYLE), element("h2", "Check"),
      element("div", "", { className: "body", ariaLive: "polite" }));
    const made = new widgets.Widget({ node });
    made.id = `${NAME}-${panel.id}`;
    made.title.label = `Check: ${panel.title.label}`;
    made.title.closable = true;
    app.shell.add(made, "main", { ref: panel.id, mode: "split-right" });
    panel.disposed.connect(() => made.dispose());
    return made;
  }

  function button(app, { ui, widgets, services }, panel) {
    let result, busy = false;
    const onClick = async () => {
      if (busy) return;
      busy = true;
      try {
        // A panel that was closed is not disposed, only taken off.
        if (!result?.isAttached) result = beside(app, widgets, panel);
        app.shell.activateById(result.id);
        result.node.querySelector(".body").replaceChildren(element("p",
          "Checking: this takes some seconds, or longer while another check runs ..."));
        show(result.node, panel, await ask(services, panel.context.model.toJSON()));
      } finally { busy = false; }
    };
    return new ui.ToolbarButton({
      label: "Check", onClick, className: "desk-check-button",
      tooltip: "Run the hidden tests on this notebook; nothing is recorded",
    });
  }

  const plugin = {
    id: `${NAME}:plugin`,
    autoStart: true,
    async activate(app) {
      const packages = {
        ui: await lent("@jupyterlab/apputils"),
        widgets: await lent("@lumino/widgets"),
        services: await lent("@jupyterlab/services"),
      };
      app.docRegistry.addWidgetExtension("Notebook", {
        createNew(panel) {
          panel.context.ready.then(() => {
            if (!isExercise(panel)) return;
            panel.toolbar.insertAfter("cellType", "check", button(app, packages, panel)) ||
              panel.toolbar.addItem("check", button(app, packages, panel));
          });
        },
      });
    },
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = {
    init(scope) { shared = scope; },
    async get() { return () => ({ __esModule: true, default: plugin }); },
  };
})();
