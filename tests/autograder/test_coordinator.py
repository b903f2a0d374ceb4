"""`grade`: a class from its folders to recorded results."""

import csv
import json

from nbgrader.api import Gradebook

from .conftest import ANSWERS, HIDDEN_LINES, autograder, nbgrader, tree


def tasks(record):
    return {task["task"]: task for task in record["result"]["tasks"]}


def test_each_submission_is_recorded_with_status_and_reason(graded_class):
    records = graded_class.records
    assert set(records) == {*ANSWERS, "text"}
    assert {r["status"] for s, r in records.items() if s != "text"} == {"graded"}
    assert records["text"]["status"] == "refused"
    assert "not JSON" in records["text"]["reason"]
    assert all(record["reason"].endswith(".") for record in records.values())


def test_each_submission_earns_what_its_answers_earn(graded_class):
    records = graded_class.records
    scores = {s: r["result"]["score"] for s, r in records.items()}
    assert scores == {
        "right": 5,
        "blank": 0,
        "wrong": 3,
        "crashed": 0,
        "endless": 3,
        "warned": 5,
        "text": 0,
    }


def test_each_verdict_is_a_plain_word(graded_class):
    records = graded_class.records
    verdicts = {
        student: [task["verdict"] for task in record["result"]["tasks"]]
        for student, record in records.items()
    }
    assert verdicts["right"] == ["correct", "correct"]
    assert verdicts["blank"] == ["not attempted", "not attempted"]
    assert verdicts["wrong"] == ["wrong", "correct"]
    assert verdicts["crashed"] == ["crashed", "crashed"]
    assert verdicts["endless"] == ["timeout", "correct"]


def test_a_wrong_answer_is_named(graded_class):
    records = graded_class.records
    said = tasks(records["wrong"])["scale"]
    assert said["misconception"] == "added"
    assert said["hint"] == "You probably added c. Multiply; see section 1.1."


def test_nothing_of_a_hidden_test_is_in_a_result(graded_class):
    records = graded_class.records
    text = json.dumps(records)
    assert not any(line in text for line in HIDDEN_LINES)


def test_the_gradebook_holds_the_same_scores(graded_class):
    records = graded_class.records
    with Gradebook(graded_class.db_url, "rnn-to-transformers") as book:
        scores = {
            s.student.id: s.score for s in book.find_assignment("tiny").submissions
        }
        written = book.find_grade("thoughts", "tiny", "tiny", "right")
        assert written.auto_score == 0
    assert scores == {s: r["result"]["score"] for s, r in records.items()}


def test_nbgrader_exports_and_gives_feedback_from_our_records(graded_class):
    root, records = graded_class.root, graded_class.records
    nbgrader("export", cwd=root)
    with (root / "grades.csv").open() as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert rows == {s: r["result"]["score"] for s, r in records.items()}
    nbgrader("generate_feedback", "tiny", cwd=root)
    page = (root / "feedback" / "text" / "tiny" / "tiny.html").read_text()
    assert "not JSON" in page
    assert not (root / "feedback" / "wrong" / "tiny" / "result.json").exists()


def test_resume_does_nothing_twice_and_only_what_changed(graded_class):
    root = graded_class.root
    changed = root / "submitted" / "text" / "tiny" / "tiny.ipynb"
    before = tree(root / "autograded")
    times = {p: p.stat().st_mtime_ns for p in root.glob("autograded/*/*/result.json")}
    done = autograder("grade", "tiny", "--resume", "--json", cwd=root)
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["submissions"]) == len(times) == 7
    assert times == {p: p.stat().st_mtime_ns for p in times}
    changed.write_text("this is still not a notebook")
    assert autograder("grade", "tiny", "--resume", cwd=root).returncode == 0
    again = {p for p in times if p.stat().st_mtime_ns != times[p]}
    assert again == {root / "autograded" / "text" / "tiny" / "result.json"}
    after = tree(root / "autograded")
    assert {k for k in after if after[k] != before[k]} == {"text/tiny/result.json"}
