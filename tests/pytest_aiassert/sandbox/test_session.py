"""A candidate that is called by name and answers with plain values."""

from __future__ import annotations

import pytest

from pytest_aiassert.sandbox import Candidate, CandidateSession, Iterated, Limits, LoadError, Lost, Raised, Returned
from pytest_aiassert.sandbox.session import _answer


def test_a_call_returns_its_value_and_the_arguments_afterwards():
    with CandidateSession("def f(items, extra=0):\n    items.append(extra)\n    return len(items)") as session:
        answer = session.call("f", ([1],), {"extra": 5})

    assert answer == Returned(value=2, args=([1, 5],))


def test_printing_is_captured_call_by_call():
    code = "print('loading')\ndef f(n):\n    print('n is', n)\nimport os\ndef g(): os.write(1, b'raw')"
    with CandidateSession(code) as session:
        answers = [session.call("f", (1,)), session.call("f", (2,)), session.call("g")]

    assert [answer.stdout for answer in answers] == ["n is 1\n", "n is 2\n", "raw"]


def test_state_lasts_from_call_to_call_as_in_one_program():
    with CandidateSession("def f(item, items=[]):\n    items.append(item)\n    return items") as session:
        assert session.call("f", (1,)) == Returned(value=[1], args=(1,))
        assert session.call("f", (2,)) == Returned(value=[1, 2], args=(2,))


def test_an_exception_arrives_with_its_bases():
    with CandidateSession("def f(): return {}['k']") as session:
        answer = session.call("f")

    assert isinstance(answer, Raised)
    assert (answer.error, answer.message) == ("KeyError", "'k'")
    assert "LookupError" in answer.bases


def test_a_generator_is_read_out():
    with CandidateSession("def f():\n    yield from 'ab'") as session:
        answer = session.call("f")

    assert answer.value == Iterated(type_name="generator", items=("a", "b"), complete=True)


def test_what_loading_raises_is_kept_and_the_rest_still_loads():
    with CandidateSession("import numpy\n\ndef f(): return 1") as session:
        assert session.load_error == LoadError(error="ModuleNotFoundError", message="No module named 'numpy'", line=1)
        assert session.call("f") == Returned(value=1, args=())


def test_input_meets_an_empty_standard_input():
    with CandidateSession("n = int(input())\ndef f(): return input()") as session:
        assert session.load_error.error == "EOFError"
        assert session.call("f").error == "EOFError"


def test_a_main_guard_does_not_run():
    with CandidateSession("def f(): return 1\nif __name__ == '__main__':\n    raise SystemExit") as session:
        assert session.load_error is None


def test_after_a_loss_every_call_is_lost_in_the_same_way():
    with CandidateSession("import os\ndef f(): os._exit(3)\ndef g(): return 1") as session:
        lost = session.call("f")
        assert lost == Lost(outcome="error", detail="exited with status 3")
        assert session.call("g") is lost


def test_a_loss_while_loading_is_no_exception():
    with CandidateSession("import os\nos.abort()") as session:
        assert session.call("f") == Lost(outcome="killed", detail="was killed by SIGABRT")


def test_large_arguments_cross():
    with CandidateSession("def f(items): return len(items)") as session:
        assert session.call("f", (["word"] * 15_000,)).value == 15_000


def test_a_candidate_that_does_not_read_is_a_time_out():
    code = "import os\ndef f(x):\n    import time\n    time.sleep(9)"
    with CandidateSession(code, limits=Limits(wall=1)) as session:
        assert session.call("f", ("x" * 900_000,)).outcome == "timeout"


def test_a_candidate_is_loaded_again_after_a_loss():
    code = "import os\ndef bad(): os._exit(1)\ndef good(): return 1"
    with Candidate(code) as candidate:
        assert isinstance(candidate.call("bad"), Lost)
        assert candidate.call("good") == Returned(value=1, args=())


def test_a_candidate_is_given_up_after_two_losses():
    with Candidate("import os\ndef bad(): os._exit(1)\ndef good(): return 1") as candidate:
        candidate.call("bad")
        assert not candidate.exhausted
        candidate.call("bad")
        assert candidate.exhausted
        assert isinstance(candidate.call("good"), Lost)


def test_code_that_never_finishes_loading_still_has_its_definitions():
    code = "def f(): return 1\nwhile True: pass"
    with Candidate(code, limits=Limits(wall=1)) as candidate:
        assert candidate.call("f") == Returned(value=1, args=())
        assert candidate.load_error is None


def test_code_whose_definitions_hang_is_given_up_at_once():
    with Candidate("import time\nx = time.sleep(9)", limits=Limits(wall=0.4)) as candidate:
        assert candidate.exhausted


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"id": 2, "value": 4, "args": []},
        {"id": 1, "args": []},
        {"id": 1, "value": {"t": "pickle", "v": ""}, "args": []},
        {"id": 1, "value": 4, "args": {"t": "set", "v": [[]]}},
        {"id": 1, "error": "E", "args": []},
        {"id": 1, "error": "E", "bases": 3, "message": "", "args": []},
    ],
)
def test_a_reply_that_is_none_is_refused(reply):
    assert _answer(reply, 1, "") is None


def test_arguments_that_are_no_list_are_left_out():
    assert _answer({"id": 1, "value": 4, "args": 3}, 1, "") == Returned(value=4, args=())


def numbered(*numbers):
    return [((number,), {}) for number in numbers]


def test_many_calls_are_answered_in_order_and_in_one_process():
    with CandidateSession(
        "seen = []\ndef f(n, *, twice=False):\n    seen.append(n)\n    return seen * (1 + twice)"
    ) as session:
        answers = session.call_many("f", [((1,), {}), ((2,), {"twice": True})])

    assert [answer.value for answer in answers] == [[1], [1, 2, 1, 2]]


def test_many_large_calls_do_not_block_each_other():
    with CandidateSession("def f(text): return text * 4") as session:
        answers = session.call_many("f", [(("x" * 50_000,), {})] * 40)

    assert [len(answer.value) for answer in answers] == [200_000] * 40


def test_a_loss_among_many_calls_is_that_of_its_own_call():
    with CandidateSession("def f(n):\n    while n == 3: pass\n    return n", limits=Limits(wall=0.5)) as session:
        answers = session.call_many("f", numbered(1, 2, 3, 4))

    assert [type(answer) for answer in answers] == [Returned, Returned, Lost]


def test_a_candidate_goes_on_after_a_loss_among_many_calls():
    with Candidate("import os\ndef f(n):\n    if n == 3: os._exit(0)\n    return n") as candidate:
        answers = candidate.call_many("f", numbered(1, 2, 3, 4, 5))

    assert [getattr(answer, "value", None) for answer in answers] == [1, 2, None, 4, 5]
    assert isinstance(answers[2], Lost)


def test_a_candidate_stops_at_the_first_loss_where_told():
    with Candidate("import os\ndef f(n):\n    if n == 3: os._exit(0)\n    return n") as candidate:
        answers = candidate.call_many("f", numbered(1, 3, 5), until_lost=True)

        assert [type(answer) for answer in answers] == [Returned, Lost]
        assert candidate.call("f", (5,)).value == 5


def test_a_candidate_is_given_up_after_two_losses_among_many_calls():
    with Candidate("import os\ndef f(n): os._exit(0)") as candidate:
        answers = candidate.call_many("f", numbered(1, 2, 3, 4))

        assert [type(answer) for answer in answers] == [Lost, Lost]
        assert candidate.exhausted
        assert [type(answer) for answer in candidate.call_many("f", numbered(1, 2))] == [Lost]


def test_code_that_is_lost_before_it_has_all_calls_is_asked_one_by_one():
    code = "import os\ndef f(text):\n    if text == 'stop': os._exit(0)\n    return len(text)"
    with Candidate(code) as candidate:
        answers = candidate.call_many("f", [(("stop",), {}), *[(("x" * 400_000,), {})] * 3])

    assert isinstance(answers[0], Lost)
    assert [answer.value for answer in answers[1:]] == [400_000] * 3
