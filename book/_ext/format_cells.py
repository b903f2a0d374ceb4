"""Format the code cells of chapters to the width of the page, and nothing else.

`python book/_ext/format_cells.py book/*.md` rewrites the cells that need it. Tools
that read and write whole notebooks would also rewrap the captions.
"""

import re
import subprocess
import sys
from pathlib import Path

CELL = re.compile(
    r"(?P<head>^```\{code-cell\}[^\n]*\n(?:---\n.*?^---\n|(?::[^\n]*\n)+)?)"
    r"(?P<code>.*?)(?P<tail>^```$)",
    re.MULTILINE | re.DOTALL,
)
WIDTH = 76
"""Characters of code that fit beside the margin on a wide page."""


def formatted(code: str) -> str:
    """Return the code of one cell in the house's style."""
    ruff = [sys.executable, "-m", "ruff", "format", f"--line-length={WIDTH}", "-"]
    done = subprocess.run(ruff, input=code, capture_output=True, text=True, check=True)
    return done.stdout


def format_page(text: str) -> str:
    """Return a chapter with its code cells formatted."""
    return CELL.sub(lambda m: m["head"] + formatted(m["code"]) + m["tail"], text)


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        before = path.read_text(encoding="utf-8")
        after = format_page(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            print(f"formatted {path}")
