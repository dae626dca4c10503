"""Functions replaced for a while, also when others replace them, too, and in modules that are imported later."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

from pytest_aiassert.wire.traffic import Listener

Listening = Callable[[], Listener | None]
"""Returns who is asked about the traffic of the calling context; None where nobody listens."""

Wrap = Callable[[Any, Listening], Any]
"""Makes a replacement for a function; it passes calls on to the original where nobody listens."""

_ABSENT: Final = object()
_MARK: Final = "__aiassert_patch__"


class Patch:
    """One function of a class or module, replaced from `apply` until `undo`, and again.

    Whoever replaced it after us keeps a replacement that only passes calls on.
    """

    def __init__(self, owner: Any, name: str, wrap: Wrap, listening: Listening) -> None:
        self.owner = owner
        self._name = name
        self._live = False
        self._before = self._found()
        original = getattr(owner, name) if self._before is _ABSENT else self._before
        self._wrapper = wrap(original, lambda: listening() if self._live else None)
        setattr(self._wrapper, _MARK, self)

    def fits(self) -> bool:
        """Whether what is there now is what was there when this patch was made."""
        return self._found() is self._before

    def apply(self) -> None:
        """Replace the function."""
        self._live = True
        setattr(self.owner, self._name, self._wrapper)

    def undo(self) -> None:
        """Put back what was there, unless somebody replaced it meanwhile."""
        self._live = False
        if vars(self.owner).get(self._name) is not self._wrapper:
            return
        if self._before is _ABSENT:
            delattr(self.owner, self._name)
        else:
            setattr(self.owner, self._name, self._before)

    def _found(self) -> Any:
        """Return what is there, beneath what is left of us where another tool put that back."""
        found = vars(self.owner).get(self._name, _ABSENT)
        while (earlier := getattr(found, _MARK, None)) is not None and earlier.left_behind(found):
            found = earlier.before
        return found

    @property
    def before(self) -> Any:
        """What was there."""
        return self._before

    def left_behind(self, function: Any) -> bool:
        """Whether a function is this patch's, and does nothing any more; `functools.wraps` copies the mark."""
        return function is self._wrapper and not self._live


class ImportWatch(MetaPathFinder):
    """Tells `then` of each named module as soon as it is loaded; imports nothing by itself."""

    def __init__(self, names: Mapping[str, object], then: Callable[[str, ModuleType], None]) -> None:
        self._names = names
        self._then = then

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a named module as the finders after this one do; leave others to them."""
        if fullname not in self._names:
            return None
        for finder in sys.meta_path:
            if isinstance(finder, ImportWatch):
                continue
            find = getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find(fullname, path, target) if find else None
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _Announcing(spec.loader, self._then)
                return spec
        return None


class _Announcing(Loader):
    """Loads a module as its own loader does, gives it that loader back, and tells that it is there."""

    def __init__(self, loader: Loader, then: Callable[[str, ModuleType], None]) -> None:
        self._loader = loader
        self._then = then

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)  # for those who look for the module without loading it

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._then(module.__name__, module)
