"""imports_only and imports_exist: what is imported, and from where."""

from __future__ import annotations

import pytest

from pytest_aiassert.code.imports import is_known, nearest_known
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import imports_exist, imports_only
from pytest_aiassert.matchers.registry import build_check


def python(*blocks):
    return "\n".join(f"```python\n{block}\n```" for block in blocks)


@pytest.mark.parametrize(
    ("allowed", "code"),
    [
        (("os",), "import os.path"),
        (("os.path",), "from os import path"),
        (("os.path", "math"), "import os.path as p, math"),
        (("stdlib",), "import json\nfrom collections.abc import Iterable"),
        ((), "from __future__ import annotations\nx = 1"),
        (("math",), "def f():\n    import math\n    return __import__('math')"),
    ],
)
def test_allowed_imports_pass(allowed, code):
    verdict = imports_only(*allowed).check(python(code))
    assert verdict.passed, verdict.reason


@pytest.mark.parametrize(
    ("allowed", "code", "reason"),
    [
        ((), "import os", "1 import not allowed (only nothing): os (line 2)"),
        (("os.path",), "import os", "1 import not allowed (only os.path): os (line 2)"),
        (("os.path",), "from os import path, system", "1 import not allowed (only os.path): os (line 2)"),
        (("osx",), "import os", "1 import not allowed (only osx): os (line 2)"),
        (("math",), "import importlib as math\nimportlib.import_module('os')", "importlib (line 2) and os (line 3)"),
        (("stdlib",), "from . import helper", "1 import not allowed (only stdlib): . (line 2)"),
    ],
)
def test_other_imports_are_told(allowed, code, reason):
    verdict = imports_only(*allowed).check(python(code))
    assert not verdict.passed
    assert reason in verdict.reason


def test_the_score_is_the_share_and_the_lines_are_marked():
    verdict = imports_only("math").check(python("import math\nimport os\n", "import math\nimport sys"))
    assert verdict.score == 0.5
    assert [evidence.marks for evidence in verdict.evidence] == [(2,), (2,)]


def test_what_the_reply_defines_is_its_own():
    tests = "from shop import total\nimport store\n\ndef test(): assert total() == store.total()"
    assert python("def total(): return 1", tests) == imports_only()
    assert python("def total(): return 1", tests) == imports_exist()
    assert imports_exist().check(python(tests)).reason.startswith("2 imports of an unknown module")
    named = "```python title=cart.py\nSIZE = 1\n```\n```python\nimport cart\n```"
    assert named == imports_only()


def test_invented_modules_are_told_with_the_nearest_name():
    verdict = imports_exist().check(python("import numpyy, os\nfrom sklearm.svm import SVC\nimport pytest_qqq_zzz"))
    assert verdict.score == pytest.approx(1 / 4)
    assert verdict.reason == (
        "3 imports of an unknown module (invented? if it is your own, name it in imports_exist): "
        "numpyy (line 2, did you mean 'numpy'?), sklearm.svm (line 3, did you mean 'sklearn'?) "
        "and pytest_qqq_zzz (line 4)"
    )


def test_well_known_installed_and_standard_modules_exist():
    assert python("import requests, yaml, cv2, sqlite3, PIL.Image, pytest_aiassert") == imports_exist()
    assert imports_exist("my_app").check(python("import my_app")).reason == (
        "the one import is of modules that exist: my_app"
    )
    assert is_known("tomllib")
    assert nearest_known("Beautifulsoup44") == ""
    assert nearest_known("pandsa") == "pandas"


@pytest.mark.parametrize("matcher", [imports_only("math"), imports_exist()], ids=repr)
def test_code_that_does_not_parse_is_never_passed(matcher):
    assert matcher.check("words").reason.startswith("no python code")
    verdict = matcher.check(python("import math", "import (os"))
    assert (verdict.passed, verdict.score) == (False, 0.0)
    assert verdict.reason.startswith("the python block at line 5 does not parse")
    assert matcher.check(python("x = 1")).reason == "the code imports nothing"


def test_many_imports_are_cut():
    many = "\n".join(f"import zzqq{number}" for number in range(12))
    assert imports_exist().check(python(many)).reason.endswith("zzqq7 (line 9) and 4 more")


def test_golden_sets_write_a_list():
    assert repr(build_check({"imports_only": ["math", "re"]})) == "imports_only('math', 're')"
    assert repr(build_check("imports_exist")) == "imports_exist()"
    assert repr(imports_only(["math"])) == "imports_only('math')"


@pytest.mark.parametrize("name", ["", "a b", "1a", 3, None, "os."])
def test_impossible_names_are_refused(name):
    with pytest.raises(UsageError, match=r"imports_only: .* is no name of a module"):
        imports_only(name)
    with pytest.raises(UsageError, match=r"imports_exist: .* is no name of a module"):
        imports_exist("math", name)
