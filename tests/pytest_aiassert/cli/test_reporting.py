from pytest_aiassert.runs import load_run


def make(aiassert, recorded, path):
    assert aiassert("run", recorded, "-p", "replay:tiny", "--save", path).exit_code == 0
    return path


def test_a_saved_run_becomes_a_report(aiassert, recorded, tmp_path):
    run, page = make(aiassert, recorded, tmp_path / "a.jsonl"), tmp_path / "a.md"
    result = aiassert("report", run, "--output", page, "--title", "Nightly")
    assert result.exit_code == 0
    assert result.stdout == f"wrote {page}\n"
    assert "Nightly" in page.read_text()


def test_without_output_a_summary_is_printed(aiassert, recorded, tmp_path):
    run = make(aiassert, recorded, tmp_path / "a.jsonl")
    result = aiassert("report", run, run)
    assert result.exit_code == 0
    assert "greet" in result.stdout


def test_a_cut_run_is_reported_and_said(aiassert, recorded, tmp_path):
    run = make(aiassert, recorded, tmp_path / "a.jsonl")
    run.write_bytes(run.read_bytes()[:-5])
    assert load_run(run).notes
    result = aiassert("report", run)
    assert result.exit_code == 0
    assert "the last line is cut and was left out; the rest was read" in result.stderr


def test_an_unknown_format_is_refused_first(aiassert, tmp_path):
    result = aiassert("report", "nowhere.jsonl", "-o", tmp_path / "x.pdf")
    assert result.exit_code == 2
    assert "x.pdf" in result.stderr
