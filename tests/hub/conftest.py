"""A JupyterHub on the loopback address, from the files that the guide hands out."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.autograder.conftest import PACKAGE_ROOT, make_course

FILES = PACKAGE_ROOT / "hub"
PROGRAMS = Path(sys.executable).parent
PASSWORD = "only-for-this-test"
INSTALL = (
    "no JupyterHub: pip install -r hub/requirements.txt and npm install --prefix hub"
)
FOR_A_TEST = """
# Here anybody may log in, and all servers run as one account of the system.
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{password}"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{homes}/{{username}}"
c.Spawner.args = {arguments}
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
"""


@dataclass(frozen=True)
class Hub:
    """Where it answers, and where its users' homes are."""

    address: str
    homes: Path

    @property
    def course(self):
        return self.homes / "instructor" / "course"


def free_ports(count):
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def change(path, *changes):
    """Write other values into a file, as an instructor does; each must be there."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"{path} has no {old}"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def set_up(folder):
    """The folders of the guide, under one of the test's own."""
    hub = Hub("http://127.0.0.1:{}".format(*(ports := free_ports(3))), folder / "home")
    shutil.copytree(FILES, folder / "jupyterhub", symlinks=True)
    exchange = folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o1777)
    config = folder / "jupyterhub" / "jupyterhub_config.py"
    changes = [("/home/instructor/course", str(hub.course))]
    change(config, *changes, ("GRADERS = []", 'GRADERS = ["tutor"]'))
    student = folder / "jupyterhub" / "student" / "nbgrader_config.py"
    change(student, ("/srv/nbgrader/exchange", str(exchange)))
    make_course(hub.course)
    with (hub.course / "nbgrader_config.py").open("a") as file:
        file.write(f"c.Exchange.root = {str(exchange)!r}\n")
    with config.open("a") as file:
        file.write(
            FOR_A_TEST.format(
                port=ports[0],
                hub_port=ports[1],
                api_port=ports[2],
                password=PASSWORD,
                homes=hub.homes,
                arguments=["--allow-root"] if os.getuid() == 0 else [],
            )
        )
    return hub, config


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """The hub after its start; it and all its servers end with the tests."""
    has_proxy = (FILES / "node_modules" / ".bin" / "configurable-http-proxy").exists()
    if importlib.util.find_spec("jupyterhub") is None or not has_proxy:
        pytest.skip(INSTALL)
    folder = tmp_path_factory.mktemp("hub")
    found, config = set_up(folder)
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)}
    with (folder / "hub.log").open("w") as log:
        process = subprocess.Popen(
            [PROGRAMS / "jupyterhub", "-f", config],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        wait_until_it_answers(f"{found.address}/hub/api", process, folder / "hub.log")
        yield found
    finally:
        process.terminate()  # it ends its users' servers and its proxy
        process.wait(60)


def wait_until_it_answers(address, process, log):
    deadline = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
