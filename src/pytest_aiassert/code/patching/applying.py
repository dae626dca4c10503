"""Applying a patch to files in memory; nothing is written, and no path leads anywhere."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pytest_aiassert.code.patching.model import FilePatch, Hunk, Patch, printable
from pytest_aiassert.wording import cut, did_you_mean, plural

LINK, SUBMODULE = "120000", "160000"
_EXECUTABLE, _PLAIN = "100755", "100644"
_MOST_PLACES = 1_000
_MOST_FUZZ = 2
_QUOTED = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file of a repository: its content, and git's mode for it."""

    content: bytes
    mode: str = _PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a patch made of files; `problems` says what does not fit, `notes` what fits only roughly."""

    files: Mapping[str, StoredFile]
    fitting: int
    hunks: int
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """The share of hunks that fit, 0 to 1."""
        return self.fitting / self.hunks if self.hunks else float(not self.problems)


class _MisfitError(Exception):
    """A part of a patch that does not fit; the message says why."""


def apply_patch(files: Mapping[str, StoredFile], patch: Patch, *, strict: bool = False) -> Applied:
    """Apply every part of a patch, and say what does not fit; `strict` takes only what `git apply` would."""
    bench = _Bench(files=dict(files), strict=strict)
    for part in patch.files:
        bench.take(part)
    total = sum(max(len(part.hunks), 1) for part in patch.files)
    return Applied(
        files=bench.files,
        fitting=bench.fitting,
        hunks=total,
        notes=tuple(bench.notes),
        problems=tuple(bench.problems),
    )


def unsafe(path: str) -> str:
    """Say why a path must not be written: it leads out of the repository or into git's own folder; empty if it may."""
    parts = path.replace("\\", "/").split("/")
    if path.startswith(("/", "\\", "~")) or path[1:2] == ":":
        return f"{path!r} is an absolute path"
    if ".." in parts:
        return f"{path!r} leads out of the repository"
    if any(part.rstrip(". ").lower() in (".git", "git~1") for part in parts):
        return f"{path!r} lies in git's own folder"
    if not path or "\0" in path or any(part in ("", ".") for part in parts):
        return f"{path!r} is no path of a file"
    return ""


@dataclass(slots=True, kw_only=True)
class _Bench:
    """Files being patched."""

    files: dict[str, StoredFile]
    strict: bool
    fitting: int = 0
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def take(self, part: FilePatch) -> None:
        """Apply one file's part."""
        try:
            before = self._before(part)
        except _MisfitError as misfit:
            self.problems.append(str(misfit))
            return
        text = _Text(before.content, part.name, strict=self.strict)
        failed = False
        for number, hunk in enumerate(part.hunks, start=1):
            where = f"{part.name}: hunk {number}" if len(part.hunks) > 1 else part.name
            try:
                self.notes += [f"{where} {note}" for note in text.apply(hunk, free=part.free)]
                self.fitting += 1
            except _MisfitError as misfit:
                failed = True
                self.problems.append(f"{where} does not fit: {misfit}")
        self.fitting += not part.hunks
        if part.old is not None and not part.copied and part.old != part.new:
            del self.files[part.old]
        if part.new is not None:
            self.files[part.new] = StoredFile(content=text.content, mode=part.mode or before.mode)
        elif part.hunks and text.lines and not failed:
            self.problems.append(f"{part.name}: the patch deletes the file, but {plural(len(text.lines), 'line')} stay")

    def _before(self, part: FilePatch) -> StoredFile:
        """Return the file that is to be changed, an empty one where it is new; raises _MisfitError."""
        for path in filter(None, (part.old, part.new)):
            if (why := unsafe(path)) or (why := self._behind_link(path)):
                raise _MisfitError(f"refused: {why}")
        if part.mode in (LINK, SUBMODULE) or (part.mode and part.mode not in (_PLAIN, _EXECUTABLE)):
            kind = {LINK: "a symbolic link", SUBMODULE: "a submodule"}.get(part.mode, f"a file of mode {part.mode}")
            raise _MisfitError(f"refused: {part.name!r} would be {kind}")
        if part.binary:
            raise _MisfitError(f"{part.name} is patched as a binary file, which is not read")
        if not part.hunks and not part.mode and part.old == part.new:
            raise _MisfitError(f"{part.name}: the patch changes nothing in it")
        if part.new is not None and part.new != part.old and self._is_taken(part.new):
            raise _MisfitError(f"{printable(part.new)} cannot be made: it exists already")
        if part.old is None:
            return StoredFile(content=b"", mode=part.mode or _PLAIN)
        if part.old not in self.files:
            hint = did_you_mean(part.old, self.files)
            raise _MisfitError(f"{printable(part.old)} does not exist{f'; {hint}' if hint else ''}")
        return self.files[part.old]

    def _is_taken(self, path: str) -> bool:
        below = f"{path}/"
        return path in self.files or any(name.startswith(below) for name in self.files)

    def _behind_link(self, path: str) -> str:
        parts = path.split("/")
        for length in range(1, len(parts) + 1):
            above = "/".join(parts[:length])
            stored = self.files.get(above)
            if stored is not None and stored.mode in (LINK, SUBMODULE):
                kind = "symbolic link" if stored.mode == LINK else "submodule"
                return f"{path!r} leads through the {kind} {above!r}"
            if stored is not None and length < len(parts):
                return f"{path!r} lies below the file {above!r}"
        return ""


class _Text:
    """A file as lines; hunks are found from where the last one ended on."""

    def __init__(self, content: bytes, name: str, *, strict: bool) -> None:
        self._name = name
        self._strict = strict
        self.lines = content.split(b"\n")
        self.closed = self.lines[-1] == b""
        if self.closed:
            self.lines.pop()
        self._crlf = content.count(b"\r\n") * 2 > len(self.lines)
        self._floor = 0
        self._shift = 0

    @property
    def content(self) -> bytes:
        """The file's bytes as they are now."""
        return b"\n".join(self.lines) + (b"\n" if self.closed and self.lines else b"")

    def apply(self, hunk: Hunk, *, free: bool) -> list[str]:
        """Put a hunk in; returns what is rough about it, raises _MisfitError where it does not fit."""
        if free:
            self._floor = self._shift = 0
        if not any(sign in "+-" for sign, _ in hunk.body):
            raise _MisfitError("it changes nothing")
        body = [(sign, text.encode("utf-8", "surrogatepass")) for sign, text in hunk.body]
        if self._strict and (hunk.miscounted or (hunk.start is None and not free)):
            raise _MisfitError(
                "its header miscounts its lines" if hunk.miscounted else "its header has no line numbers"
            )
        notes = ["has a header that miscounts its lines"] if hunk.miscounted else []
        for level, trimmed, more in self._attempts(body):
            old = [text for sign, text in trimmed if sign != "+"]
            places = self._places(old, loose=level > 0)
            if places:
                at, said = self._choose(places, hunk, skipped=_skipped(body, trimmed), free=free)
                self._replace(at, trimmed, hunk)
                return notes + more + said
        raise _MisfitError(self._reason(body, hunk))

    def _attempts(self, body: list[tuple[str, bytes]]) -> Iterator[tuple[int, list[tuple[str, bytes]], list[str]]]:
        """Yield the hunk as it stands, then with white space at line ends ignored, then with less context."""
        yield 0, body, []
        if self._strict:
            return
        yield 1, body, ["fits only where white space at line ends is ignored"]
        for fuzz in range(1, _MOST_FUZZ + 1):
            trimmed = _trimmed(body, fuzz)
            if trimmed != body and any(sign != "+" for sign, _ in trimmed):
                yield 2, trimmed, [f"fits with fuzz {fuzz} (that much of its context is ignored)"]

    def _places(self, old: list[bytes], *, loose: bool) -> list[int]:
        """List where these lines stand, from the end of the last hunk on."""
        if not old:
            return [len(self.lines)]
        strip = bytes.rstrip if loose else _without_return
        keys = [strip(line) for line in self.lines[self._floor :]]
        starts = [0]
        for key in keys:
            starts.append(starts[-1] + len(key) + 1)
        text = b"\n" + b"\n".join(keys) + b"\n"
        wanted = b"\n" + b"\n".join(map(strip, old)) + b"\n"
        places: list[int] = []
        at = text.find(wanted)
        while at >= 0 and len(places) < _MOST_PLACES:
            places.append(self._floor + bisect_left(starts, at))
            at = text.find(wanted, at + 1)
        return places

    def _choose(self, places: list[int], hunk: Hunk, *, skipped: int, free: bool) -> tuple[int, list[str]]:
        """Pick the place that the patch means, and say how far from it that is."""
        if hunk.start is None:
            after = self._anchor(hunk.anchor)
            behind = [place for place in places if place >= after] or places
            if len(behind) > 1 and not free and not hunk.anchor:
                raise _MisfitError(f"it fits in {len(behind)} places, and has no line number")
            return behind[0], [f"fits in {len(behind)} places; the first is taken"] if len(behind) > 1 else []
        if not any(sign != "+" for sign, _ in hunk.body):  # nothing to look for: the number counts
            return max(self._floor, min(hunk.start + self._shift, len(self.lines))), []
        expected = hunk.start - 1 + self._shift + skipped
        at = min(places, key=lambda place: abs(place - expected))
        if at == expected:
            return at, []
        self._shift += at - expected
        return at, [f"fits {plural(abs(at - expected), 'line')} {'lower' if at > expected else 'higher'}"]

    def _anchor(self, anchor: str) -> int:
        wanted = anchor.encode("utf-8", "surrogatepass")
        found = (place for place in range(self._floor, len(self.lines)) if self.lines[place].strip() == wanted)
        return next(found, self._floor) if anchor else self._floor

    def _replace(self, at: int, body: list[tuple[str, bytes]], hunk: Hunk) -> None:
        made: list[bytes] = []
        place = at
        for sign, text in body:
            if sign == "+":
                made.append(text + b"\r" if self._crlf else text)
                continue
            if sign == " ":
                made.append(self.lines[place])
            place += 1
        if place == len(self.lines):  # the file's end is in it
            if self._strict and hunk.old_open == self.closed and at < place:
                raise _MisfitError("file and patch disagree on whether the file ends with a newline")
            touched = bool(body) and body[-1][0] != " "
            self.closed = not hunk.new_open and (self.closed or touched or hunk.old_open)
            if hunk.new_open and made:
                made[-1] = _without_return(made[-1])
        self.lines[at:place] = made
        self._floor = at + len(made)
        self._shift += len(made) - (place - at)

    def _reason(self, body: list[tuple[str, bytes]], hunk: Hunk) -> str:
        old = [text for sign, text in body if sign != "+"]
        have = {line.strip() for line in self.lines}
        missing = next((text for text in old if text.strip() and text.strip() not in have), None)
        if missing is not None:
            return f"`{_shown(missing)}` is no line of {self._name}"
        if hunk.start is not None and 0 <= (start := hunk.start - 1 + self._shift) < len(self.lines):
            pairs = enumerate(zip(old, self.lines[start:], strict=False), start=start + 1)
            line, wanted, has = next(
                ((line, wanted, has) for line, (wanted, has) in pairs if wanted.strip() != has.strip()), (0, b"", b"")
            )
            if line:
                return f"line {line} of {self._name} is `{_shown(has)}`, the patch has `{_shown(wanted)}`"
        return f"its lines stand in {self._name}, but not in this order or with this indentation"


def _trimmed(body: list[tuple[str, bytes]], fuzz: int) -> list[tuple[str, bytes]]:
    """Take so many lines of context away at either end."""
    start, end = 0, len(body)
    while start < min(fuzz, end) and body[start][0] == " ":
        start += 1
    while end > max(start, len(body) - fuzz) and body[end - 1][0] == " ":
        end -= 1
    return body[start:end]


def _skipped(body: list[tuple[str, bytes]], trimmed: list[tuple[str, bytes]]) -> int:
    """Count the lines of context that were taken away at the start."""
    return next((count for count in range(_MOST_FUZZ + 1) if body[count : count + len(trimmed)] == trimmed), 0)


def _without_return(line: bytes) -> bytes:
    return line.removesuffix(b"\r")


def _shown(line: bytes) -> str:
    return cut(line.decode("utf-8", "replace").strip(), _QUOTED)
