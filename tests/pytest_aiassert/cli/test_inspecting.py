def test_golden_ls_shows_cases_and_how_often_they_are_recorded(aiassert, recorded):
    (recorded / "cassettes" / "tiny" / "count.json").write_text("{")
    result = aiassert("golden", "ls", recorded)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"small: 2 cases in {recorded / 'cases.yaml'}",
        "case   weight  checks  tiny     tags",
        "greet  1       1       2        talk",
        "count  2       1       damaged  talk, numbers",
    ]


def test_golden_ls_looks_into_folders_of_sets(aiassert, golden, tmp_path, monkeypatch):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "cases.yaml").write_text((golden / "cases.yaml").read_text())
    (golden / "cassettes" / "m").mkdir(parents=True)
    (golden / "cassettes" / "m" / "greet.json").write_text('{"version": 1, "exchanges": []}')
    out = aiassert("golden", "ls", tmp_path).stdout
    assert out.count("small: 2 cases in ") == 2
    assert "count  2       1       -  talk, numbers" in out
    monkeypatch.chdir(tmp_path)
    missing = aiassert("golden", "ls")
    assert missing.exit_code == 2
    assert "no golden set at golden" in missing.stderr


def test_golden_validate_names_every_problem(aiassert, golden, tmp_path):
    other = tmp_path / "bad.yaml"
    other.write_text("version: 1\ncases:\n  - {id: a, prompt: hi, checks: [pases], weight: 0}\n")
    result = aiassert("golden", "validate", golden, other)
    assert result.exit_code == 2
    assert result.stdout.startswith(f"{golden / 'cases.yaml'}: valid, 2 cases, fingerprint ")
    assert f"aiassert: 2 problems in {other}:" in result.stderr
    assert f"{other}:3: case 'a': unknown matcher 'pases'" in result.stderr
    assert f"{other}:3: case 'a': 'weight' is 0" in result.stderr


def test_golden_validate_of_good_sets_is_0(aiassert, golden):
    assert aiassert("golden", "validate", golden).exit_code == 0
