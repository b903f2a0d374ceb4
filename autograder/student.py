"""What a student gets, in one archive: `python -m autograder.student`, `make student`.

The blank notebooks, made anew from `solutions/`, so that work done in `exercises/`
is not handed out; what to install; and how to begin. Nothing else.
"""

from importlib import resources
from pathlib import Path

from .archive import pack, pinned
from .course import read_config
from .release import generate, source_notebook, write_atomically
from .sources import assignments

FOLDER = "from-rnns-to-transformers"
"""The archive's one folder."""

NEEDS = ("numpy", "torch", "matplotlib", "jupyterlab")
"""The packages that the notebooks import, and one to open them with."""


def archive(root: Path) -> bytes:
    """Return the archive for the course in `root`, a zip."""
    config = read_config(root)
    readme = resources.files("autograder") / "templates" / "student_readme.md"
    files = {
        "README.md": readme.read_bytes(),
        "requirements.txt": pinned(root, NEEDS).encode(),
    }
    for name in assignments(root):
        notebook = generate(name, source_notebook(root, name), config)
        files[f"exercises/{name}/{name}.ipynb"] = notebook
    return pack({f"{FOLDER}/{path}": content for path, content in files.items()})


def main() -> None:
    """Write the archive into `_build/`."""
    path = Path.cwd() / "_build" / "student.zip"
    write_atomically(path, archive(Path.cwd()))
    print(f"What a student gets is in {path}")


if __name__ == "__main__":
    main()
