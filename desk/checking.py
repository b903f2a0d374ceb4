"""Run the check on a notebook as it stands on the screen."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

SECONDS = 600
LESS_OR_FULL = (0, 1)  # exit statuses of a check that came to an end


async def check(root: Path, notebook: dict) -> dict:
    """The result of `autograder check`, or why there is none: {'error': sentence}.

    The notebook is written to a scratch folder, never to the student's file.
    """
    with tempfile.TemporaryDirectory(prefix="check-") as folder:
        path = Path(folder, "notebook.ipynb")
        path.write_text(json.dumps(notebook), encoding="utf-8")
        status, out, err = await _run(root, path)
    if status in LESS_OR_FULL:
        return json.loads(out)
    said = err.decode(errors="replace").strip().splitlines()
    reason = said[-1] if said else "The check ended without a result; try it again."
    return {"error": reason.removeprefix(f"{path}: ")}


async def _run(root: Path, path: Path) -> tuple[int | None, bytes, bytes]:
    """Status and output of the command; it is stopped when it takes too long."""
    command = ["-m", "autograder", "--course", str(root), "check", "--json", str(path)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=root,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), SECONDS)
    except TimeoutError:
        late = b"The check took longer than ten minutes; look for an endless loop."
        return None, b"", late
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, out, err
