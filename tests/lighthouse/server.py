"""Serve the built book as a host on the network would: compressed, and cached."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import brotli

TEXT = {".html", ".css", ".js", ".svg", ".json"}


@cache
def compressed(path: Path) -> bytes:
    """Return a file's content as Brotli, at the level that hosts use."""
    return brotli.compress(path.read_bytes(), quality=5)


class Host(SimpleHTTPRequestHandler):
    """A quiet server of files that compresses text."""

    protocol_version = "HTTP/1.1"

    def send_head(self):
        """Answer with Brotli where the file is text, else as the standard library."""
        path = Path(self.translate_path(self.path))
        if path.suffix not in TEXT or not path.is_file():
            return super().send_head()
        body = compressed(path)
        self.send_response(200)
        self.send_header("Content-Type", f"{self.guess_type(path)}; charset=utf-8")
        self.send_header("Content-Encoding", "br")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return BytesIO(body)

    def end_headers(self):
        """Let the browser keep what it got, as a host would."""
        self.send_header("Cache-Control", "max-age=31536000")
        super().end_headers()

    def log_message(self, *arguments):
        """Write nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; give its address."""
    handler = partial(Host, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
