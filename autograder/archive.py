"""Archives to hand out: the same to the byte wherever and whenever they are made."""

import re
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip can tell: the archive knows no other."""


def pack(files: dict[str, bytes]) -> bytes:
    """Return a zip of these files.

    They are stored as they are: what compression makes of them would depend on the
    machine's zlib.

    Parameters
    ----------
    files : content by path; the order does not matter.
    """
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, EPOCH)
            entry.create_system = 3  # Unix, also when made elsewhere
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[path])
    return buffer.getvalue()


def pinned(root: Path, packages: Iterable[str]) -> str:
    """Return the lines of the project's `requirements.txt` that pin these packages."""
    pins = (root / "requirements.txt").read_text(encoding="utf-8")
    lines = (re.search(rf"^{name}==.*$", pins, re.MULTILINE) for name in packages)
    return "".join(f"{line[0]}\n" for line in lines)
