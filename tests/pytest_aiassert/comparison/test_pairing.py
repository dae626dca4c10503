from pytest_aiassert.comparison import pair_by_case


def test_every_case_is_paired_or_listed(make_run, make_case):
    a = make_run(
        make_case("same", 1, 2),
        make_case("gone", 1, 1),
        make_case("edited", 1, 1, fingerprint="old"),
        make_case("broken", 0, 0, errors=2),
        make_case("unmarked", 1, 1, fingerprint=""),
    )
    b = make_run(
        make_case("unmarked", 0, 1, fingerprint="new"),
        make_case("new", 1, 1),
        make_case("broken", 1, 1),
        make_case("edited", 1, 1, fingerprint="new"),
        make_case("same", 2, 2),
    )
    pairing = pair_by_case(a, b)
    assert [pair.id for pair in pairing.pairs] == ["unmarked", "same"]
    assert [pair.difference for pair in pairing.pairs] == [-1.0, 0.5]
    assert (pairing.only_a, pairing.only_b) == (("gone",), ("new",))
    assert (pairing.changed, pairing.unjudged) == (("edited",), ("broken",))


def test_errors_do_not_count_as_trials(make_run, make_case):
    (pair,) = pair_by_case(make_run(make_case("a", 2, 2, errors=3)), make_run(make_case("a", 1, 2))).pairs
    assert pair.difference == -0.5
