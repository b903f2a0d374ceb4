"""IPython without a terminal and without a network: a cell in, its outputs out."""

import ast
import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from types import CodeType

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from ..compiled import code_name

MAX_TEXT = 100_000  # characters that one cell may print
MAX_OUTPUTS = 5 * 2**20  # bytes of pictures and other outputs of one cell
MAX_ITEMS = 1000  # outputs of one cell; a message holds no more than about 10,000
CUT = (
    "\n[The rest of what this cell printed is cut: it is longer than {} characters.]\n"
)
CUT_ITEMS = "[Further outputs are left out: the cell has more than {}.]"
CUT_OUTPUT = "[An output is left out: the cell's outputs are larger than {} MB.]"


class Outputs:
    """The outputs of one cell, in order, with a limit on their size."""

    def __init__(self) -> None:
        self.items: list[dict] = []
        self._text = MAX_TEXT
        self._bytes = MAX_OUTPUTS

    def write(self, name: str, text: str) -> None:
        """Add printed text to a stream."""
        if self._text < 0:
            return
        kept = text[: self._text]
        self._text -= len(text)
        if self._text < 0:
            kept += CUT.format(MAX_TEXT)
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["parts"].append(kept)
        else:
            self._put({"output_type": "stream", "name": name, "parts": [kept]})

    def add(
        self, kind: str, data: dict, metadata: dict | None, count: int | None
    ) -> None:
        """Add a rich output, of nbformat's type `kind`."""
        data = {str(mime): _text_of(value) for mime, value in data.items()}
        self._bytes -= sum(map(len, data.values()))
        if self._bytes < 0:
            data = {"text/plain": CUT_OUTPUT.format(MAX_OUTPUTS // 2**20)}
        item = {"output_type": kind, "data": data, "metadata": {}}
        if kind == "execute_result":
            item["execution_count"] = count
        self._put(item)

    def fail(self, ename: str, evalue: str, traceback: list[str]) -> None:
        """Add an error."""
        lines = [line[:MAX_TEXT] for line in traceback[:100]]
        error = {"ename": str(ename), "evalue": str(evalue)[:MAX_TEXT]}
        if len(self.items) < 2 * MAX_ITEMS:
            self.items.append({"output_type": "error", **error, "traceback": lines})

    def _put(self, item: dict) -> None:
        if len(self.items) == MAX_ITEMS:
            data = {"text/plain": CUT_ITEMS.format(MAX_ITEMS)}
            item = {"output_type": "display_data", "data": data, "metadata": {}}
        if len(self.items) <= MAX_ITEMS:
            self.items.append(item)

    def as_list(self) -> list[dict]:
        """The outputs as nbformat has them."""
        for item in self.items:
            if "parts" in item:
                item["text"] = "".join(item.pop("parts"))
        return self.items


def _text_of(value: object) -> str:
    """A piece of a rich output as text: a picture's bytes come in base64."""
    if isinstance(value, bytes):
        import base64

        return base64.b64encode(value).decode("ascii")
    return value if isinstance(value, str) else str(value)


class _Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a cell."""

    encoding = "utf-8"

    def __init__(self, outputs: Outputs, name: str) -> None:
        self._outputs, self._name = outputs, name

    def write(self, text: str) -> int:
        self._outputs.write(self._name, str(text))
        return len(text)

    def writable(self) -> bool:
        return True


class _Publisher(DisplayPublisher):
    """Takes what `display` shows."""

    def publish(self, data: dict, metadata: dict | None = None, **_: object) -> None:
        self.shell.outputs.add("display_data", data, metadata, None)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.items.clear()


class _Hook(DisplayHook):
    """Takes the value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        """No prompt."""

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        count = self.shell.execution_count
        self.shell.outputs.add("execute_result", format_dict, md_dict, count)

    def finish_displayhook(self) -> None:
        """Nothing is open."""


class _Compiler(CachingCompiler):
    """Names a cell's code as those do who compile it elsewhere."""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        return code_name(transformed_code)


class Shell(InteractiveShell):
    """An IPython whose outputs are collected in `outputs`."""

    def __init__(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False  # no file, no thread
        config.HistoryManager.hist_file = ":memory:"
        config.InteractiveShell.colors = "linux"
        config.InteractiveShell.xmode = "Plain"  # lines in context take 50 times longer
        config.InteractiveShell.cache_size = 1000
        self.outputs = Outputs()
        super().__init__(
            config=config,
            compiler_class=_Compiler,
            display_pub_class=_Publisher,
            displayhook_class=_Hook,
            user_module=None,
        )

    def enable_gui(self, gui: str | None = None) -> None:
        """No window system is here; matplotlib draws into the notebook."""

    def ask_exit(self) -> None:
        """`exit()` ends the cell alone, as the notebook is not over."""

    def transform_cell(self, raw_cell: str) -> str:
        """Translate IPython's own syntax; plain Python has none of it."""
        try:
            compile(raw_cell, "", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        except (SyntaxError, ValueError):
            return super().transform_cell(raw_cell)
        return raw_cell if raw_cell.endswith("\n") else raw_cell + "\n"

    def _showtraceback(self, etype: type, evalue: object, stb: list[str]) -> None:
        try:
            said = str(evalue)
        except Exception:
            said = "<no message>"
        self.outputs.fail(getattr(etype, "__name__", str(etype)), said, stb)

    @contextmanager
    def collecting(self) -> Iterator[Outputs]:
        """Collect all outputs of what is done inside."""
        self.outputs = outputs = Outputs()
        with (
            redirect_stdout(_Stream(outputs, "stdout")),
            redirect_stderr(_Stream(outputs, "stderr")),
        ):
            yield outputs

    def should_run_async(self, raw_cell: str, **options: object) -> bool:
        """Whether a cell awaits something; IPython compiles it to see that."""
        may = "await" in raw_cell or "async" in raw_cell
        return may and super().should_run_async(raw_cell, **options)

    def run(self, source: str, codes: Sequence[CodeType] = ()) -> list[dict]:
        """Run a cell; its outputs as nbformat has them.

        Parameters
        ----------
        codes : the cell, where it is compiled already.
        """
        with self.collecting() as outputs, interruptible():
            if codes:
                self._run_compiled(source, codes)
            else:
                self.run_cell(source, store_history=True)
        return outputs.as_list()

    def _run_compiled(self, source: str, codes: Sequence[CodeType]) -> None:
        self.compile.cache(source, self.execution_count)  # for a traceback's lines
        with self.builtin_trap, self.display_trap:
            try:
                for code in codes:
                    exec(code, self.user_ns)
            except BaseException:
                self.showtraceback(running_compiled_code=True)
        self.execution_count += 1


@contextmanager
def interruptible() -> Iterator[None]:
    """Let an interrupt stop what is done inside, and nothing else."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def quiet() -> None:
    """Send what is written beside Python's streams nowhere, and read nothing."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    sys.stdin = open(os.devnull)  # noqa: SIM115 (open until the process ends)
