import json
import resource
import threading
from dataclasses import replace

import pytest

from pytest_aiassert.errors import RunFileError, UsageError
from pytest_aiassert.runs import CaseResult, Run, RunHeader, RunWriter, TrialRecord, load_run, save_run


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "run.jsonl"


@pytest.fixture
def saved(run, path):
    save_run(run, path)
    return path


def refuse(path):
    with pytest.raises(RunFileError) as caught:
        load_run(path)
    return str(caught.value)


def test_a_saved_run_reads_back_as_it_was(run, saved):
    found = load_run(saved)
    assert found.header == run.header
    assert found.cases == run.cases
    assert found.notes == ()


def test_writing_as_it_happens_gives_the_same_file(run, saved, tmp_path):
    other = tmp_path / "other.jsonl"
    with RunWriter(other, run.header) as writer:
        for case in run.cases:
            for trial in case.trials:
                writer.write_trial(case, trial)
            writer.write_case(case)
    assert other.read_bytes() == saved.read_bytes()


def test_write_case_writes_the_trials_that_are_missing_once(run, saved, tmp_path):
    other = tmp_path / "other.jsonl"
    with RunWriter(other, run.header) as writer:
        first = run.cases[0]
        writer.write_trial(first, first.trials[0])
        writer.write_trial(first, first.trials[0])
        for case in run.cases:
            writer.write_case(case)
            writer.write_case(case)
    assert other.read_bytes() == saved.read_bytes()


def test_each_trial_is_on_disk_at_once(run, path):
    case = run.cases[0]
    with RunWriter(path, run.header) as writer:
        assert path.read_bytes().count(b"\n") == 1
        writer.write_trial(case, case.trials[0])
        assert len(load_run(path).cases[0].trials) == 1


def test_a_run_that_broke_off_before_its_first_trial_leaves_no_file(run, path):
    with pytest.raises(ZeroDivisionError), RunWriter(path, run.header):
        raise ZeroDivisionError
    assert not path.exists()
    writer = RunWriter(path, run.header)
    writer.write_case(run.cases[0])
    with pytest.raises(ZeroDivisionError), writer:
        raise ZeroDivisionError
    assert load_run(path).cases == run.cases[:1]
    with pytest.raises(ZeroDivisionError), RunWriter(path, run.header, resume=True):
        raise ZeroDivisionError
    assert path.exists()


def test_nothing_that_exists_is_overwritten(run, saved):
    before = saved.read_bytes()
    with pytest.raises(UsageError, match=r"run\.jsonl exists and is not overwritten; save to another path"):
        RunWriter(saved, run.header)
    with pytest.raises(UsageError, match="exists and is not overwritten"):
        save_run(run, saved)
    assert saved.read_bytes() == before
    save_run(replace(run, cases=()), saved, overwrite=True)
    assert load_run(saved).cases == ()


def test_a_path_that_cannot_be_written_is_named(run, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot write run .*file.x\.jsonl"):
        RunWriter(tmp_path / "file" / "x.jsonl", run.header)
    with pytest.raises(UsageError, match="cannot write run"):
        save_run(run, tmp_path / "file" / "x.jsonl")


def test_a_last_line_cut_anywhere_leaves_the_rest_and_says_so(saved):
    lines = saved.read_bytes().splitlines(keepends=True)
    whole, last = b"".join(lines[:-1]), lines[-1]
    for length in range(1, len(last) - 1, 7):
        saved.write_bytes(whole + last[:length])
        found = load_run(saved)
        assert [case.id for case in found.cases] == ["a", "b"]
        assert f"{saved}:{len(lines)}: the last line is cut and was left out; the rest was read" in found.notes


def test_a_last_line_without_its_end_is_used_and_said(run, saved):
    saved.write_bytes(saved.read_bytes().rstrip(b"\n"))
    found = load_run(saved)
    assert found.cases == run.cases
    assert found.notes == (f"{saved}:6: the last line has no end, but could be read",)


def test_a_cut_header_cannot_be_read(saved):
    saved.write_bytes(saved.read_bytes()[:20])
    assert f"{saved}:1: not valid JSON" in refuse(saved)


def test_a_damaged_line_in_the_middle_is_named(saved):
    lines = saved.read_bytes().splitlines(keepends=True)
    saved.write_bytes(b"".join([*lines[:2], b'{"kind": "tri\n', *lines[3:]]))
    text = refuse(saved)
    assert text.startswith(f"{saved}:3: not valid JSON")
    assert text.endswith("restore the file from version control, or run again")


@pytest.mark.parametrize("depth", [490, 5_000])
def test_verdicts_nested_without_end_are_damage_not_a_crash(saved, depth):
    inner = '{"matcher":"m","passed":true,"score":1,"parts":['
    line = (
        '{"kind":"trial","case":"z","index":1,"outcome":"passed","score":1,"verdicts":['
        + inner * depth
        + "]}" * depth
        + "]}\n"
    )
    saved.write_text(saved.read_text() + line)
    assert f"{saved}:7: " in refuse(saved)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ":1: the file is empty; a run begins with a header line"),
        (b"\n\n", ":1: the file is empty"),
        (b'{"kind": "trial"}\n', ":1: not a run file: its first line must be a header"),
        (b"\x89PNG\r\n\x1a\n", ":1: not UTF-8 (byte 0x89 at column 1); is this the right file?"),
    ],
)
def test_what_is_no_run_file_is_refused(tmp_path, content, words):
    file = tmp_path / "x.jsonl"
    file.write_bytes(content)
    assert f"{file}{words}" in refuse(file)


def test_a_missing_file_says_how_to_make_one(tmp_path):
    assert "no run at " in (text := refuse(tmp_path / "x.jsonl"))
    assert "aiassert run GOLDEN --provider SPEC --save " in text
    assert "cannot read run" in refuse(tmp_path)


def append(path, *values):
    path.write_text(path.read_text() + "".join(json.dumps(value) + "\n" for value in values))


def test_a_second_header_and_a_line_without_kind_are_damage(saved):
    header = json.loads(saved.read_text().splitlines()[0])
    append(saved, header)
    assert ":7: a second header; are these two runs in one file?" in refuse(saved)
    save = saved.with_name("other.jsonl")
    save.write_text("\n".join(saved.read_text().splitlines()[:6]) + "\n")
    append(save, {"case": "x"})
    assert ":7: 'kind' is None; expected trial or case" in refuse(save)


def test_kinds_of_a_later_release_are_left_out_and_said(run, saved):
    append(saved, {"kind": "budget", "spent": 1})
    found = load_run(saved)
    assert found.cases == run.cases
    assert found.notes == (f"{saved}: 1 lines of a kind that this release does not know were left out",)


def test_a_repeated_trial_counts_once_and_is_said(run, saved):
    lines = saved.read_text().splitlines(keepends=True)
    saved.write_text("".join([*lines[:2], lines[1], *lines[2:]]))
    found = load_run(saved)
    assert found.cases == run.cases
    assert found.notes == (f"{saved}: 1 repeated trial lines; the last of each was used",)


def test_an_unfinished_case_is_judged_by_its_trials(header, trial, path):
    def frame(name, planned):
        return CaseResult(id=name, outcome="error", bar=0.5, planned=planned, model="qwen")

    with RunWriter(path, header) as writer:
        writer.write_trial(frame("good", 2), trial("good", 1))
        writer.write_trial(frame("bad", 1), trial("bad", 1, "failed"))
        writer.write_trial(frame("open", 9), trial("open", 1))
        writer.write_trial(frame("lost", 1), trial("lost", 1, "error", message="HTTP 500"))
    found = load_run(path)
    assert {case.id: case.outcome for case in found.cases} == {
        "good": "passed",
        "bad": "failed",
        "open": "error",
        "lost": "error",
    }
    assert "HTTP 500" in found.cases[-1].message
    assert found.notes == (f"{path}: unfinished, judged by the trials that are there: good, bad, open, lost",)


def test_one_case_under_two_models_stays_two(header, trial, path):
    cases = tuple(
        CaseResult(id="a", outcome="passed", trials=(trial("a"),), model=model) for model in ("replay:m", "replay:n")
    )
    save_run(Run(header=header, cases=cases), path)
    assert load_run(path).cases == cases


def test_resuming_drops_the_half_line_and_goes_on(run, saved):
    whole = saved.read_bytes()
    saved.write_bytes(whole[:-30])
    with RunWriter(saved, run.header, resume=True) as writer:
        assert writer.resumed is not None
        assert [case.id for case in writer.resumed.cases] == ["a", "b"]
        for case in run.cases:
            writer.write_case(case)
    assert saved.read_bytes() == whole


def test_resuming_after_a_last_line_without_its_end(run, saved):
    saved.write_bytes(saved.read_bytes().rstrip(b"\n"))
    extra = replace(run.cases[1], id="c", trials=())
    with RunWriter(saved, run.header, resume=True) as writer:
        writer.write_case(extra)
    assert load_run(saved).cases == (*run.cases, extra)


def test_more_trials_of_a_finished_case_give_it_a_new_outcome(run, saved, trial):
    case = replace(run.cases[1], planned=2, outcome="failed", trials=(*run.cases[1].trials, trial("b", 2, "failed")))
    with RunWriter(saved, run.header, resume=True) as writer:
        writer.write_case(case)
    assert load_run(saved).cases == (run.cases[0], case)


def test_resuming_where_nothing_is_starts_anew(run, path):
    with RunWriter(path, run.header, resume=True) as writer:
        assert writer.resumed is None
        for case in run.cases:
            writer.write_case(case)
    assert load_run(path).cases == run.cases


@pytest.mark.parametrize("key", ["name", "model", "provider", "fingerprint"])
def test_another_run_cannot_be_continued(run, saved, key):
    before = saved.read_bytes()
    with pytest.raises(UsageError, match=f"cannot continue .*: its {key} is '.*', this run's is 'other'"):
        RunWriter(saved, replace(run.header, **{key: "other"}), resume=True)
    assert saved.read_bytes() == before


def test_threads_do_not_mix_their_lines(header, trial, path):
    frame = CaseResult(id="a", outcome="passed", planned=200, model="m")
    with RunWriter(path, header) as writer:
        threads = [
            threading.Thread(
                target=lambda start=start: [
                    writer.write_trial(frame, trial("a", index, message="x" * 2000))
                    for index in range(start, start + 50)
                ]
            )
            for start in (1, 51, 101, 151)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [t.index for t in load_run(path).cases[0].trials] == list(range(1, 201))


def test_a_reply_of_ten_megabytes_is_kept(header, trial, path, full_trial):
    turn = replace(full_trial.turns[0], reply=replace(full_trial.turns[0].reply, text="x" * 10_000_000))
    case = CaseResult(id="a", outcome="passed", trials=(trial("a", turns=(turn,)),))
    save_run(Run(header=header, cases=(case,)), path)
    assert len(load_run(path).cases[0].trials[0].turns[0].reply.text) == 10_000_000


def test_a_full_disk_spoils_no_line(tmp_path):
    path = tmp_path / "run.jsonl"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    trial = TrialRecord(case="a", index=1, outcome="passed", score=1.0)
    frame = CaseResult(id="a", outcome="passed", planned=3)
    header = RunHeader(name="n", model="m", provider="p")
    with RunWriter(path, header) as writer:
        writer.write_trial(frame, trial)
        before = path.read_bytes()
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, hard))
        try:
            with pytest.raises(UsageError, match="the lines before stand"):
                writer.write_trial(frame, replace(trial, index=2))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert path.read_bytes() == before
        writer.write_trial(frame, replace(trial, index=3))
    assert [found.index for found in load_run(path).cases[0].trials] == [1, 3]
