"""What the server adds to Jupyter's own: the book, the copies, the check."""

import asyncio
from html import escape
from pathlib import Path
from urllib.parse import quote

from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from . import copies
from .checking import check

PAGE = Path(__file__).parent / "page"
END_OF_HEAD = b"</head>"


def handlers(base: str, root: Path) -> list[tuple]:
    """Addresses below `base`, each with who answers there, for the course in `root`."""

    def at(path: str) -> str:
        return url_path_join(base, path)

    book = {"path": str(root / "_build/html"), "default_filename": "index.html"}
    return [
        (at("book"), web.RedirectHandler, {"url": at("book/")}),
        (at("book/(.*)"), Book, book),
        (at(r"desk/page/([a-z]+\.(?:js|css))"), Guarded, {"path": str(PAGE)}),
        (at(r"desk/open/(exercise|chapter)/(\w+)"), Open, {"root": root}),
        (at("desk/check"), Check, {"root": root, "one": asyncio.Lock()}),
    ]


class Guarded(JupyterHandler, web.StaticFileHandler):
    """Files for the one who came with the token."""

    @web.authenticated
    async def get(self, path: str, include_body: bool = True) -> None:
        """Send a file; a token in the address has done its work and goes."""
        if "token" in self.request.query_arguments:
            self.redirect(self.request.path)
            return
        self.xsrf_token  # noqa: B018  asking for it sets the cookie that scripts read
        await web.StaticFileHandler.get(self, path, include_body)

    async def head(self, path: str) -> None:
        """Tell of a file, without sending it."""
        await self.get(path, include_body=False)

    def set_extra_headers(self, path: str) -> None:
        """Have the browser ask whether a file is still the same."""
        self.set_header("Cache-Control", "no-cache")

    def compute_etag(self) -> None:
        """Leave it to the time: tornado's tags outlive a new build of the book."""


class Book(Guarded):
    """The built book; its pages get their script on the way out."""

    @classmethod
    def get_content(
        cls, abspath: str, start: int | None = None, end: int | None = None
    ) -> object:
        """The file's bytes, or some of them."""
        if abspath.endswith(".html"):
            return live(Path(abspath))[start:end]
        return super().get_content(abspath, start, end)

    def get_content_size(self) -> int:
        """How many bytes there are."""
        if self.absolute_path.endswith(".html"):
            return len(live(Path(self.absolute_path)))
        return super().get_content_size()


def live(path: Path) -> bytes:
    """A built page with the script and style of live cells, where it has cells."""
    page = path.read_bytes()
    if b'class="cell_input' not in page:
        return page
    released = path.parents[2] / "exercises" / path.stem / f"{path.stem}.ipynb"
    exercise = path.stem if released.is_file() else ""
    added = (
        '<link rel="stylesheet" href="/desk/page/live.css">'
        f'<script type="module" id="desk" src="/desk/page/live.js"'
        f' data-chapter="{escape(path.stem)}" data-exercise="{escape(exercise)}">'
        "</script>"
    )
    return page.replace(END_OF_HEAD, added.encode() + END_OF_HEAD, 1)


class Open(JupyterHandler):
    """Leads to the reader's own copy, in JupyterLab."""

    def initialize(self, root: Path) -> None:
        """Keep the course's folder."""
        self.root = root

    @web.authenticated
    def get(self, kind: str, name: str) -> None:
        """Make the copy if there is none, and go there."""
        make = copies.exercise if kind == "exercise" else copies.chapter
        copy = make(self.root, name)
        if copy is None:
            raise web.HTTPError(404, f"There is no {kind} named {name}.")
        self.redirect("/lab/tree/" + quote(copy.relative_to(self.root).as_posix()))


class Check(APIHandler):
    """Runs the check; one at a time, because each takes all it can get."""

    def initialize(self, root: Path, one: asyncio.Lock) -> None:
        """Keep the course's folder, and the lock that all requests share."""
        self.root, self.one = root, one

    @web.authenticated
    async def post(self) -> None:
        """Check the notebook in the request."""
        notebook = (self.get_json_body() or {}).get("notebook")
        if not isinstance(notebook, dict):
            raise web.HTTPError(400, "The request holds no notebook.")
        async with self.one:
            self.finish(await check(self.root, notebook))
