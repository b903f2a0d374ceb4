"""What a learner sees in a terminal of 80 columns."""

import pytest

from autograder.results import Result, TaskResult
from autograder.tables import added_students, print_result, total

NAME = "sequence_cross_entropy_backward"
HINT = "You probably took the mean over the padding, too; see section 1.2. " * 3
STOPPED = "The cell of softmax ran longer than its limit of 30 s and was stopped."


@pytest.fixture
def printed(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    tasks = (
        TaskResult(NAME, 3, 0, "not attempted", None, HINT.strip()),
        TaskResult("softmax", 2, 2, "correct", None, STOPPED),
    )
    print_result(Result("ch1_rnn", tasks, (2,)))
    return capsys.readouterr().out


def test_a_long_name_stays_whole_and_the_hint_is_wrapped(printed):
    (row,) = [line for line in printed.splitlines() if NAME in line]
    assert "0 / 3" in row
    assert "not attempted" in row
    assert max(map(len, printed.splitlines())) <= 80
    start = row.index("You probably")
    lines = printed.splitlines()
    first = lines.index(row)
    column = " ".join(line[start:].strip() for line in lines[first : first + 12])
    assert HINT.strip() in column


def test_what_a_correct_answer_is_told_stands_under_the_table(printed):
    assert printed.splitlines()[-2:] == [
        STOPPED,
        "2 of 5 points; 1 written answer (2 points) is graded by hand.",
    ]
    assert printed.count("ran longer") == 1


@pytest.mark.parametrize(
    ("written", "end"),
    [
        ((), "0 of 0 points."),
        ((1,), "; 1 written answer (1 point) is graded by hand."),
        ((2, 1.5), "; 2 written answers (3.5 points) are graded by hand."),
    ],
)
def test_the_total_counts_the_written_answers(written, end):
    assert total(Result("ch1_rnn", (), written)).endswith(end)


def test_who_was_added_is_named_and_of_many_the_first_ten():
    said = added_students(["dora", "emil"])
    assert said.startswith(
        "2 students were not in the class list and were added: dora, emil; if one is a"
    )
    names = [f"s{number}" for number in range(12)]
    assert "s8, s9 and 2 more; if one" in added_students(names)
