"""What a process put out, as outputs of a notebook's cell: checked, cleaned and cut.

The processes keep the same limits themselves, but a student's code can get round that.
"""

import nbformat
from nbformat import NotebookNode, ValidationError

from .inside.shell import CUT, MAX_ITEMS, MAX_OUTPUTS, MAX_TEXT
from .submission import whole
from .verdicts import OURS, one_line

KINDS = ("stream", "display_data", "execute_result", "error")
MAX_NAME = 100  # characters of an exception's name
MAX_LINE = 10_000  # characters of its message, and of a line of its traceback


def checked(answer: object) -> list[NotebookNode]:
    """Those of an answer's outputs that are outputs of a notebook's cell."""
    items = answer[: 2 * MAX_ITEMS] if isinstance(answer, list) else []
    room = {"text": MAX_TEXT + 2 * len(CUT), "data": MAX_OUTPUTS, "error": MAX_TEXT}
    outputs = []
    for item in items:
        if not isinstance(item, dict) or item.get("output_type") not in KINDS:
            continue
        try:
            nbformat.validate(item, ref="output", version=4)
            outputs.append(nbformat.from_dict(_cut(item, room)))
        except (ValidationError, TypeError, AttributeError, KeyError):
            continue
    return outputs


def _cut(item: dict, room: dict[str, int]) -> dict:
    """An output with no more characters than there is room for."""
    if item["output_type"] == "stream":
        return {**item, "text": _take(item["text"], room, "text")}
    if item["output_type"] == "error":
        name = one_line(item["ename"])[:MAX_NAME]
        return {
            **item,
            "ename": f"{name}_" if name in OURS else name,
            "evalue": _take(item["evalue"][:MAX_LINE], room, "error"),
            "traceback": [
                _take(line[:MAX_LINE], room, "error") for line in item["traceback"]
            ],
        }
    data = {
        mime[:MAX_NAME]: _take(value, room, "data")
        for mime, value in item["data"].items()
    }
    return {**item, "data": data, "metadata": {}}


def _take(text: object, room: dict[str, int], kind: str) -> str:
    """As much of a text as there is room for, without halves of characters."""
    text = "".join(text) if isinstance(text, list) else str(text)
    taken = text[: room[kind]]
    room[kind] -= len(taken)
    return whole(taken)
