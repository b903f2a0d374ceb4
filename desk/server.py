"""One Jupyter server, on the loopback address, with a token of its own."""

import os
import secrets
import signal
from pathlib import Path

from jupyter_server.serverapp import ServerApp
from traitlets.config.loader import Config

from .copies import WORK, copy_all

BOOK, LAB = "/book/", f"/lab/tree/{WORK}"
HERE = Path(__file__).parent
IDLE_SECONDS = 3600  # then a kernel that no page is connected to is ended
OUTPUT_BYTES_PER_SECOND = 10_000_000
LIVE = Path("_build", "live")  # where the pages' kernels work


def configuration(root: Path, first: str, port: int) -> Config:
    """The server's settings: they go before those of the user, and change none.

    Parameters
    ----------
    first : the page that the address without a path leads to.
    port : the port to try first.
    """
    c = Config()
    c.ServerApp.ip = "127.0.0.1"
    c.ServerApp.port = port
    c.ServerApp.port_retries = 100
    c.ServerApp.allow_remote_access = False
    c.ServerApp.allow_root = True  # as in a container; it listens to no one else
    c.ServerApp.open_browser = False
    c.ServerApp.root_dir = str(root)
    c.ServerApp.default_url = first
    c.ServerApp.base_url = "/"
    c.ServerApp.jpserver_extensions = {"desk": True, "jupyterlab": True}
    c.ServerApp.cookie_secret = secrets.token_bytes(32)
    c.ServerApp.log_level = "ERROR"
    c.IdentityProvider.token = secrets.token_hex(24)
    c.PasswordIdentityProvider.hashed_password = ""
    c.KernelManager.transport_encryption = "auto"
    c.MappingKernelManager.cull_idle_timeout = IDLE_SECONDS
    # A page keeps the end of a long output by itself.
    c.ZMQChannelsWebsocketConnection.iopub_data_rate_limit = OUTPUT_BYTES_PER_SECOND
    c.LabApp.log_level = "ERROR"
    c.LabApp.extra_labextensions_path = [str(HERE / "lab" / "extensions")]
    c.LabApp.app_settings_dir = str(HERE / "lab" / "settings")
    c.LabApp.workspaces_dir = str(root / "_build" / "lab" / "workspaces")
    c.LabApp.news_url = None
    c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
    c.LabApp.extension_manager = "readonly"
    return c


def start(root: Path, first: str, port: int) -> None:
    """Serve until Ctrl-C; one line says where."""
    os.chdir(root)  # nbgrader looks for its configuration in the folder it is in
    (root / LIVE).mkdir(parents=True, exist_ok=True)
    copy_all(root)
    _prepare_kernels(root)
    app = ServerApp.instance(config=configuration(root, first, port))
    app.initialize(argv=[])
    # Jupyter asks a question where there is a terminal, and leaves kernels where not.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: app.stop(from_signal=True))
    app.io_loop.add_callback(_tell, app, first)  # after the one that begins to listen
    app.start()


def _tell(app: ServerApp, first: str) -> None:
    what = "The book, with live cells," if first == BOOK else "JupyterLab"
    address = f"{app.connection_url}?token={app.identity_provider.token}"
    print(f"{what} is at {address} until you press Ctrl-C.", flush=True)


def _prepare_kernels(root: Path) -> None:
    """Let every kernel find the package `course`, and compute as the build did."""
    known = os.environ.get("PYTHONPATH", "")
    paths = [str(root / "book"), *filter(None, known.split(os.pathsep))]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
