/* One Jupyter kernel: started over REST, spoken to over one WebSocket.

   https://jupyter-client.readthedocs.io/en/stable/messaging.html */

const LOST = "The server does not answer. Start it again with 'make serve', " +
  "and open the address that it prints.";
const ANOTHER = "This page belongs to a server that was started before. Open the " +
  "address that 'make serve' printed last; your edits are kept until you close this tab.";
const CUT = "The connection was cut while this cell ran; Python goes on. Run it again " +
  "to see what it puts out.";
const ANEW = "Python was restarted. Run the cells above again.";
const DIED = "Python ended unexpectedly, perhaps because the memory was full. " +
  "It starts anew: run the cells above again.";

export class Kernel {
  /* `onState` is told "starting", "idle", "busy", "restarting", "dead", "cut" or "lost":
     after "restarting", "dead" and "lost" nothing that ran before is known. */
  constructor(path, onState) {
    Object.assign(this, { path, onState, id: null, socket: null, session: null });
    this.waiting = new Map(); // by message id: what to do with the answers
    addEventListener("pagehide", () => { if (this.socket) this.socket.onclose = null; });
  }

  /* Start this page's kernel, or go on with the one that still runs. */
  async connect() {
    await this.restarting?.catch(() => {});
    await this.#ensure();
  }

  async #ensure() {
    if (this.socket?.readyState === WebSocket.OPEN && await this.#lives()) return;
    await (this.opening ??= this.#once("starting", () => this.#open()));
  }

  /* Until it is done, whoever connects waits for it. */
  async #once(state, act) {
    this.onState(state);
    try {
      this.onState(await act());
    } catch (error) {
      this.onState("lost");
      throw error;
    } finally { this.opening = null; }
  }

  /* Whether the kernel is still there: the server does not say when it was ended. */
  async #lives() {
    const id = this.id;
    try {
      await this.#rest("GET", `/api/kernels/${id}`);
      return true;
    } catch (error) {
      if (error.status !== 404) throw error;
      if (id === this.id) this.#leave(DIED, "dead");
      return false;
    }
  }

  async #open() {
    const wanted = { path: this.path, name: this.path, type: "page",
      kernel: { name: "python3" } };
    const { kernel } = await this.#rest("POST", "/api/sessions", wanted);
    this.id = kernel.id;
    this.session = crypto.randomUUID(); // a new one: no answers to an old connection
    this.process = null; // that of Python, by the name it gives in its messages
    const address = new URL(`/api/kernels/${this.id}/channels`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.searchParams.set("session_id", this.session);
    const socket = this.socket = new WebSocket(address);
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#receive(JSON.parse(data));
    };
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onclose = () => reject(Error(LOST));
    });
    socket.onclose = () => { if (socket === this.socket) this.#cut(); };
    return kernel.execution_state === "busy" ? "busy" : "idle";
  }

  /* Run code. `onMessage(type, content)` gets what it puts out; the answer is "ok",
     "error" or "aborted". */
  async run(code, onMessage = () => {}) {
    await this.connect();
    const id = crypto.randomUUID();
    // An error ends the page's own queue; another tab's cells are not to blame.
    const content = { code, silent: false, store_history: true, user_expressions: {},
      allow_stdin: false, stop_on_error: false };
    const header = { msg_id: id, msg_type: "execute_request", version: "5.3",
      session: this.session, username: "reader", date: new Date().toISOString() };
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { onMessage, resolve, reject, status: null, idle: false });
      this.socket.send(JSON.stringify({ channel: "shell", header, content,
        parent_header: {}, metadata: {}, buffers: [] }));
    });
  }

  /* Python that is just starting would end by it. */
  async interrupt() {
    if (this.id && !this.opening && await this.#lives())
      await this.#rest("POST", `/api/kernels/${this.id}/interrupt`);
  }

  restart() {
    return this.restarting ??= this.#restart().finally(() => { this.restarting = null; });
  }

  /* The old connection ends first: on it the old process still says that it is idle,
     and what is sent then is lost with it. */
  async #restart() {
    this.onState("restarting");
    await this.opening?.catch(() => {});
    if (!this.id || !await this.#lives()) return this.#ensure();
    this.#leave(ANEW, "restarting", this.id);
    this.opening = this.#once("restarting", async () => {
      await this.#rest("POST", `/api/kernels/${this.id}/restart`);
      return this.#open();
    });
    return this.opening;
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
    if (answer.ok) return answer.status === 204 ? null : answer.json();
    const reason = [401, 403].includes(answer.status) ? ANOTHER : "Python could not be " +
      `reached (${answer.status} ${answer.statusText}): run the cell again.`;
    throw Object.assign(Error(reason), { status: answer.status });
  }

  #receive({ header, msg_type: kind, parent_header: parent, content }) {
    if (kind === "status") this.#state(content.execution_state, header.session);
    const asked = this.waiting.get(parent?.msg_id);
    if (!asked) return;
    if (kind === "execute_reply") {
      asked.status = content.status;
      for (const { data } of content.payload ?? []) // what a pager would show
        if (data) asked.onMessage("display_data", { data });
    } else if (kind !== "status") asked.onMessage(kind, content);
    else if (content.execution_state === "idle") asked.idle = true;
    if (asked.status && asked.idle) {
      this.waiting.delete(parent.msg_id);
      asked.resolve(asked.status);
    }
  }

  /* A kernel that died is started again by the server, up to a few times, and perhaps
     not where this connection leads. One that is another process on the same connection
     was restarted from elsewhere. */
  #state(state, process) {
    if (state === "dead") return this.#leave(DIED, "dead");
    if (state === "restarting") return this.#leave(DIED, "dead", this.id);
    if (this.process && this.process !== process) this.#fail(ANEW, "restarting");
    this.process = process;
    if (state === "idle" || state === "busy") this.onState(state);
  }

  /* Give the connection up, and perhaps the kernel with it. */
  #leave(reason, state, id = null) {
    if (this.socket)
      Object.assign(this.socket, { onclose: null, onmessage: null }).close();
    Object.assign(this, { id, socket: null });
    this.#fail(reason, state);
  }

  /* The connection has ended by itself; the kernel or the server perhaps, too. */
  async #cut() {
    try {
      if (await this.#lives()) this.#fail(CUT, "cut");
    } catch (error) {
      this.#fail(error.message, "lost");
    }
  }

  #fail(reason, state) {
    this.onState(state);
    for (const asked of this.waiting.values()) asked.reject(Error(reason));
    this.waiting.clear();
  }
}
