from __future__ import annotations

import csv
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

RUBRIC = ("--rubric", "Is kind.")


class Judge:
    """A judge on loopback: scores a reply by the number in it, out of ten."""

    def __init__(self):
        self.asked = []
        self.broken = {}
        judge = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                question = body["messages"][1]["content"]
                number = int(re.search(r"reply (\d+)", question)[1])
                judge.asked.append(number)
                text = judge.broken.get(number, json.dumps({"reason": f"it is {number}", "score": number / 10}))
                if isinstance(text, int):
                    self.send_error(text)
                    return
                usage = {"prompt_tokens": 30, "completion_tokens": 5}
                choice = {"message": {"content": text}, "finish_reason": "stop"}
                content = json.dumps({"model": "wise", "choices": [choice], "usage": usage}).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        self.spec = f"openai+http://127.0.0.1:{self.server.server_address[1]}/v1:wise"


@pytest.fixture
def judge():
    judge = Judge()
    yield judge
    judge.server.shutdown()
    judge.thread.join()
    judge.server.server_close()


def _write(path, labels, **columns):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["reply", "label", *columns])
        writer.writerows([f"reply {n}", label, *columns.values()] for n, label in enumerate(labels))
    return path


@pytest.fixture
def labels(tmp_path):
    """People pass replies from 5 on; the judge, by its default threshold, from 7 on."""
    return _write(tmp_path / "labels.csv", ["fail"] * 5 + ["pass"] * 6)


def test_figures_disagreements_and_advice(aiassert, labels, judge):
    done = aiassert("calibrate", labels, "--judge", judge.spec, *RUBRIC)
    assert done.exit_code == 0
    assert done.stdout.replace("judges: 0.82", "judges: …").splitlines() == [
        "labels.csv: 11 replies judged by wise",
        "agreement  82% [52–95%], 9 of 11",
        "kappa      0.65 [0.05 to 0.90] at 95%; 0 is chance, 1 is perfect",
        "",
        "              judge: pass  judge: fail",
        "people: pass            4            2",
        "people: fail            0            5",
        "",
        "2 disagreements:",
        "  line 7  people pass, judge 0.5 fail  it is 5",
        "  line 8  people pass, judge 0.6 fail  it is 6",
        "",
        "threshold  0.5 in place of 0.7 would give kappa 1.00 on these labels; chosen without the reply it judges: …",
        "judging    11 answers of wise, 385 tokens",
    ]


def test_answers_are_kept_and_replayed(aiassert, labels, judge):
    first = aiassert("calibrate", labels, "--judge", judge.spec, *RUBRIC)
    again = aiassert("calibrate", labels, "--judge", judge.spec, *RUBRIC)
    replayed = aiassert("calibrate", labels, "--judge", "replay", *RUBRIC)
    assert len(judge.asked) == 11
    assert first.stdout == again.stdout == replayed.stdout
    exchanges = json.loads(labels.with_name("labels.judge.json").read_text())["exchanges"]
    assert {exchange["role"] for exchange in exchanges} == {"judge"}


def test_it_goes_on_where_it_stopped(aiassert, labels, judge):
    judge.broken[4] = 503
    stopped = aiassert("calibrate", labels, "--judge", judge.spec, *RUBRIC)
    assert stopped.exit_code == 2
    assert "line 6: judge 'Is kind.' gave no answer" in stopped.stderr
    assert "4 of 11 replies judged, the answers are in" in stopped.stderr
    assert "run the same command again to continue" in stopped.stderr
    judge.broken.clear()
    assert aiassert("calibrate", labels, "--judge", judge.spec, *RUBRIC).exit_code == 0
    assert sorted(judge.asked) == [0, 1, 2, 3, 4, 4, 5, 6, 7, 8, 9, 10]


def test_a_reply_that_cannot_be_judged_is_told_and_not_counted(aiassert, labels, judge):
    judge.broken[10] = '{"reason": "more than all", "score": 11}'
    done = aiassert("calibrate", labels, "--judge", judge.spec, *RUBRIC)
    assert done.exit_code == 0
    assert "10 replies judged by wise, 1 error not counted" in done.stdout
    assert "line 12 could not be judged and is not counted: judge 'Is kind.' returned 11, outside 0–1" in done.stderr


def test_too_few_that_could_be_judged(aiassert, labels, judge):
    judge.broken |= {9: "rubbish", 10: "rubbish"}
    done = aiassert("calibrate", labels, "--judge", judge.spec, *RUBRIC)
    assert done.exit_code == 2
    assert "only 9 replies of 11 could be judged, 10 are needed; the first that could not is line 11" in done.stderr


def test_one_class_that_is_left(aiassert, tmp_path, judge):
    judge.broken[0] = "rubbish"
    path = _write(tmp_path / "one.csv", ["fail"] + ["pass"] * 10)
    done = aiassert("calibrate", path, "--judge", judge.spec, *RUBRIC)
    assert done.exit_code == 2
    assert "what could be judged has one label only, so kappa is undefined" in done.stderr


@pytest.mark.parametrize(("least", "code"), [("0.6", 0), ("0.7", 1)])
def test_the_exit_code_says_whether_kappa_is_enough(aiassert, labels, judge, least, code):
    done = aiassert("calibrate", labels, "--judge", judge.spec, *RUBRIC, "--min-kappa", least)
    assert done.exit_code == code
    assert ("kappa 0.65 is below --min-kappa 0.7" in done.stderr) == bool(code)


def test_reports(aiassert, labels, judge, tmp_path):
    text, data = tmp_path / "k.md", tmp_path / "k.json"
    done = aiassert("calibrate", labels, "--judge", judge.spec, *RUBRIC, "--report", text, "--report", data)
    assert done.exit_code == 0
    assert "| people: pass | 4 | 2 |" in text.read_text()
    assert "| line 7 | people pass, judge 0.5 fail | it is 5 |" in text.read_text()
    document = json.loads(data.read_text())
    assert document["kappa"]["estimate"] == pytest.approx(0.645, abs=0.001)
    assert document["confusion"] == {"both_fail": 5, "both_pass": 4, "judge_pass": 0, "people_pass": 2}
    assert document["suggestion"]["threshold"] == 0.5
    assert document["judging"]["calls"] == 11
    assert len(document["replies"]) == 11


def test_scores_of_people_and_another_scale(aiassert, tmp_path, judge):
    path = _write(tmp_path / "scores.csv", [str(n) for n in range(11)])
    for number in range(11):
        judge.broken[number] = json.dumps({"reason": "x", "score": max(0, number - 1)})
    arguments = ("--scale", "0", "10", "--threshold", "6")
    done = aiassert("calibrate", path, "--judge", judge.spec, *RUBRIC, *arguments)
    assert "agreement  91%" in done.stdout
    assert "line 8  people 6 pass, judge 5 fail" in done.stdout
    done = aiassert("calibrate", path, "--judge", judge.spec, *RUBRIC, *arguments, "--label-threshold", "7")
    assert "agreement  100%" in done.stdout
    assert "no other than 6 agrees better" in done.stdout


def test_rubrics_prompts_and_references_of_each_row(aiassert, tmp_path, judge):
    columns = {"rubric": "Is brief.", "prompt": "Count.", "reference": "One."}
    path = _write(tmp_path / "rows.csv", ["fail"] * 5 + ["pass"] * 6, **columns)
    assert aiassert("calibrate", path, "--judge", judge.spec).exit_code == 0
    body = json.loads((tmp_path / "rows.judge.json").read_text())["exchanges"][0]["request"]["body"]["json"]
    assert all(text in body["messages"][1]["content"] for text in ("Is brief.", "Count.", "One.", "reply 0"))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "labels.csv:2: no rubric; give --rubric TEXT, or a column 'rubric'"),
        ((*RUBRIC, "--threshold", "0"), "--threshold: threshold is 0, and every score reaches it"),
        ((*RUBRIC, "--scale", "1", "1"), "--scale: scale is"),
        ((*RUBRIC, "--votes", "2"), "an even number can end in a draw"),
        ((*RUBRIC, "--min-kappa", "2"), "--min-kappa 2: kappa lies in -1 to 1"),
        ((*RUBRIC, "--report", "x.html"), "--report x.html: the suffix says the format; use one of .md, .json"),
        ((*RUBRIC, "--judge", "replay"), "has no recorded judge"),
        ((*RUBRIC, "--judge", "nonsense"), "provider spec 'nonsense'"),
    ],
)
def test_bad_arguments_are_told_before_anything_is_asked(aiassert, labels, judge, arguments, complaint):
    spec = () if "--judge" in arguments else ("--judge", judge.spec)
    done = aiassert("calibrate", labels, *arguments, *spec)
    assert done.exit_code == 2
    assert complaint in done.stderr
    assert judge.asked == []


def test_a_bad_file_is_told_with_its_line(aiassert, tmp_path, judge):
    path = tmp_path / "bad.csv"
    path.write_text("reply,lable\nx,pass\n")
    done = aiassert("calibrate", path, "--judge", judge.spec, *RUBRIC)
    assert done.exit_code == 2
    assert "bad.csv:1: no column 'label'; it has 'reply', 'lable'; did you mean 'lable'?" in done.stderr


def test_a_replay_that_lacks_an_answer_says_which(aiassert, labels, judge):
    aiassert("calibrate", labels, "--judge", judge.spec, *RUBRIC)
    done = aiassert("calibrate", labels, "--judge", "replay", "--rubric", "Is unkind.")
    assert done.exit_code == 2
    assert "line 2: no answer is recorded to this; ask a live judge with --judge; 0 of 11 replies judged" in done.stderr


def test_a_hostile_reason_steers_no_terminal_and_no_markdown(aiassert, labels, judge, tmp_path):
    judge.broken[5] = json.dumps({"reason": "\x1b[2J| <b>`x`\n# big \ud800", "score": 0})
    report = tmp_path / "k.md"
    done = aiassert("calibrate", labels, "--judge", judge.spec, *RUBRIC, "--report", report)
    assert done.exit_code == 0
    assert "\x1b" not in done.stdout
    (row,) = [line for line in report.read_text().splitlines() if line.startswith("| line 7")]
    assert "\\| \\<b\\>\\`x\\`" in row
