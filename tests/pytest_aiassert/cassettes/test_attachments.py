"""Binary bodies stand in files of their own."""

from __future__ import annotations

import json

import pytest

from pytest_aiassert.cassettes import Cassette
from pytest_aiassert.cassettes.attachments import Attachments
from pytest_aiassert.cassettes.exchange import Body, Exchange, RecordedRequest, RecordedResponse
from pytest_aiassert.errors import CassetteError

SOUND = bytes(range(256)) * 4


def spoken(sound):
    return Exchange(
        request=RecordedRequest(method="POST", url="http://h/v1/audio/speech", body=Body(json={"input": "hi"})),
        response=RecordedResponse(status=200, headers={"content-type": "audio/mpeg"}, body=Body(raw=sound)),
    )


def test_a_binary_body_is_kept_apart_and_comes_back(path):
    Cassette.open(path).add(spoken(SOUND))
    body = json.loads(path.read_text(encoding="utf-8"))["exchanges"][0]["response"]["body"]
    (name,) = Attachments(path).names()
    assert body == {"file": name}
    assert (path.with_name("case.bodies") / name).read_bytes() == SOUND
    assert Cassette.load(path).exchanges[0].response.body.raw == SOUND


def test_a_short_one_stays_in_the_cassette(path):
    Cassette.open(path).add(spoken(b"\xff"))
    assert Attachments(path).names() == ()
    assert Cassette.load(path).exchanges[0].response.body.raw == b"\xff"


def test_the_same_body_is_kept_once(path):
    cassette = Cassette.open(path)
    cassette.add(spoken(SOUND))
    cassette.add(spoken(SOUND))
    assert len(Attachments(path).names()) == 1


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda file: file.unlink(), "cannot be read"),
        (lambda file: file.write_bytes(b"other"), "was changed since it was recorded"),
    ],
)
def test_a_lost_or_changed_body_is_told(path, harm, words):
    Cassette.open(path).add(spoken(SOUND))
    (name,) = Attachments(path).names()
    harm(path.with_name("case.bodies") / name)
    with pytest.raises(CassetteError, match=rf"case\.json:3: exchanges\[0\] is damaged: its body .*{words}"):
        Cassette.load(path)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a.bin", "A" * 64 + ".bin"])
def test_a_name_that_leads_elsewhere_is_refused(path, name):
    with pytest.raises(ValueError, match="does not name a recorded body"):
        Attachments(path).read(name)
