/* One Jupyter kernel: started over REST, spoken to over one WebSocket.

   https://jupyter-client.readthedocs.io/en/stable/messaging.html */

const LOST = "The server does not answer. Start it again with 'make serve', " +
  "and open the address that it prints.";

export class Kernel {
  /* `onState` is told "starting", "idle", "busy", "restarting", "dead" or "lost". */
  constructor(path, onState) {
    Object.assign(this, { path, onState, id: null, socket: null, session: null });
    this.waiting = new Map(); // by message id: what to do with the answers
  }

  /* Start this page's kernel, or go on with the one that still runs. */
  async connect() {
    if (this.socket?.readyState === WebSocket.OPEN) return;
    await (this.opening ??= this.#once("starting", () => this.#open()));
  }

  /* Until it is done, whoever connects waits for it. */
  async #once(state, act) {
    this.onState(state);
    try {
      await act();
      this.onState("idle");
    } finally { this.opening = null; }
  }

  async #open() {
    const wanted = { path: this.path, name: this.path, type: "page",
      kernel: { name: "python3" } };
    const session = await this.#rest("POST", "/api/sessions", wanted);
    this.id = session.kernel.id;
    this.session = crypto.randomUUID(); // a new one: no answers to an old connection
    const address = new URL(`/api/kernels/${this.id}/channels`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.searchParams.set("session_id", this.session);
    this.socket = new WebSocket(address);
    this.socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#receive(JSON.parse(data));
    };
    await new Promise((resolve, reject) => {
      this.socket.onopen = resolve;
      this.socket.onclose = () => { this.#fail(LOST); reject(Error(LOST)); };
    });
  }

  /* Run code. `onMessage(type, content)` gets what it puts out; the answer is "ok",
     "error" or "aborted". */
  async run(code, onMessage = () => {}) {
    await this.connect();
    const id = crypto.randomUUID();
    const content = { code, silent: false, store_history: true, user_expressions: {},
      allow_stdin: false, stop_on_error: true };
    const header = { msg_id: id, msg_type: "execute_request", version: "5.3",
      session: this.session, username: "reader", date: new Date().toISOString() };
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { onMessage, resolve, reject, status: null, idle: false });
      this.socket.send(JSON.stringify({ channel: "shell", header, content,
        parent_header: {}, metadata: {}, buffers: [] }));
    });
  }

  interrupt() { return this.#rest("POST", `/api/kernels/${this.id}/interrupt`); }

  /* The old connection ends first: on it the old process still says that it is idle,
     and what is sent then is lost with it. */
  async restart() {
    await this.opening;
    if (!this.id) return this.connect();
    Object.assign(this.socket, { onclose: null, onmessage: null }).close();
    this.#fail("Python was restarted.");
    this.opening = this.#once("restarting", async () => {
      await this.#rest("POST", `/api/kernels/${this.id}/restart`);
      await this.#open();
    });
    await this.opening;
  }

  async #rest(method, path, body) {
    const token = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/)?.[1] ?? "";
    let answer;
    try {
      answer = await fetch(path, { method, body: body && JSON.stringify(body),
        headers: { "X-XSRFToken": decodeURIComponent(token) } });
    } catch {
      this.onState("lost");
      throw Error(LOST);
    }
    if (!answer.ok) throw Error(`Python could not be reached (${answer.status} ` +
      `${answer.statusText}): reload the page.`);
    return answer.status === 204 ? null : answer.json();
  }

  #receive({ msg_type: kind, parent_header: parent, content }) {
    if (kind === "status") this.#state(content.execution_state);
    const asked = this.waiting.get(parent?.msg_id);
    if (!asked) return;
    if (kind === "execute_reply") asked.status = content.status;
    else if (kind !== "status") asked.onMessage(kind, content);
    else if (content.execution_state === "idle") asked.idle = true;
    if (asked.status && asked.idle) {
      this.waiting.delete(parent.msg_id);
      asked.resolve(asked.status);
    }
  }

  #state(state) {
    if (state === "restarting" || state === "dead")
      this.#fail("Python ended unexpectedly, perhaps because the memory was full. " +
        "It starts anew: run the cells above again.", "dead");
    else if (state === "idle" || state === "busy") this.onState(state);
  }

  #fail(reason, state = "lost") {
    if (reason === LOST || state === "dead") this.onState(state);
    for (const asked of this.waiting.values()) asked.reject(Error(reason));
    this.waiting.clear();
  }
}
