"""What this folder adds to pytest-aiassert: golden sets may use `at_most_words` by name."""


def pytest_aiassert_matchers():
    from words import AtMostWords

    return {"at_most_words": AtMostWords}
