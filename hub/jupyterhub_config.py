"""JupyterHub for this course: accounts of one machine, and nbgrader's exchange.

The guide for instructors says where this folder goes and how the hub is started.
"""

import sys
from pathlib import Path

INSTRUCTOR = "instructor"  # the account that owns the course's folder and grades
COURSE = "/home/instructor/course"
GRADERS = []  # accounts that may open the instructor's server, to help with grading
HERE = Path(__file__).resolve().parent

c = get_config()

# The browser's side. Encryption is the part of a web server in front of it.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
proxy = HERE / "node_modules" / ".bin" / "configurable-http-proxy"
c.ConfigurableHTTPProxy.command = [str(proxy)]

# Who may log in: the instructor, the graders, and the system's group of students.
c.JupyterHub.authenticator_class = "pam"
c.Authenticator.allowed_users = {INSTRUCTOR, *GRADERS}
c.LocalAuthenticator.allowed_groups = {"students"}


def config_path(spawner):
    """Where a user's server looks for its configuration and nbgrader's."""
    return COURSE if spawner.user.name == INSTRUCTOR else str(HERE / "student")


c.Spawner.cmd = [str(Path(sys.executable).with_name("jupyterhub-singleuser"))]
c.Spawner.default_url = "/lab"
c.Spawner.environment = {"JUPYTER_CONFIG_PATH": config_path, "OMP_NUM_THREADS": "1"}

# Graders reach the instructor's server, and nothing else of the instructor's.
c.JupyterHub.load_groups = {"graders": {"users": GRADERS}}
c.JupyterHub.load_roles = [
    {
        "name": "graders",
        "groups": ["graders"],
        "scopes": [
            f"access:servers!user={INSTRUCTOR}",
            f"servers!user={INSTRUCTOR}",
            f"read:users:name!user={INSTRUCTOR}",
        ],
    }
]
