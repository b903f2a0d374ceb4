"""What a process sends as outputs has limits, whatever the process says."""

import time

from autograder.inside.shell import MAX_ITEMS, MAX_OUTPUTS, MAX_TEXT
from autograder.outputs import checked
from autograder.verdicts import OURS


def stream(text):
    return {"output_type": "stream", "name": "stdout", "text": text}


def error(ename, evalue="", traceback=()):
    return {
        "output_type": "error",
        "ename": ename,
        "evalue": evalue,
        "traceback": list(traceback),
    }


def test_what_is_no_output_is_left_out_and_costs_no_time():
    begin = time.monotonic()
    assert checked([{}] * 99_000) == checked("text") == checked(None) == []
    odd = [{"output_type": "stream"}, {"output_type": "other"}, 3]
    assert checked([*odd, stream("kept")]) == [stream("kept")]
    assert len(checked([stream("a")] * 99_000)) == 2 * MAX_ITEMS
    assert time.monotonic() - begin < 10


def test_text_data_and_errors_are_cut():
    data = {"output_type": "display_data", "metadata": {}}
    data["data"] = {"text/plain": "z" * MAX_OUTPUTS}
    long = "y" * MAX_TEXT
    sent = [*[stream(long)] * 3, data, data, error("x" * 10**6, long, [long] * 100)]
    outputs = checked(sent)
    assert sum(len(o.text) for o in outputs[:3]) < MAX_TEXT + 1000
    assert sum(len(o.data["text/plain"]) for o in outputs[3:5]) == MAX_OUTPUTS
    last = outputs[5]
    assert len(last.ename) == 100
    assert len(last.evalue) + sum(map(len, last.traceback)) == MAX_TEXT


def test_nobody_passes_for_the_grader():
    names = [output.ename for output in checked([error(name) for name in OURS])]
    assert not OURS & set(names)


def test_halves_of_characters_become_question_marks():
    assert checked([stream("\udc80 \ud83d ö")]) == [stream("? ? ö")]
