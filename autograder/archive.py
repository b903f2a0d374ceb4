"""A zip archive that is the same to the byte wherever and whenever it is made."""

import zipfile
from io import BytesIO

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
