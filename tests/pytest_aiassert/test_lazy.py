from __future__ import annotations

import sys
import types

import pytest

from pytest_aiassert.lazy import lazy


def test_a_name_is_imported_once_when_it_is_first_used(monkeypatch: pytest.MonkeyPatch) -> None:
    package, home = types.ModuleType("shop"), types.ModuleType("shop.till")
    home.pay = object()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "shop", package)
    monkeypatch.setitem(sys.modules, "shop.till", home)
    find, names = lazy("shop", till=("pay", "refund"))

    assert "pay" in names()
    assert "pay" not in vars(package)
    assert find("pay") is home.pay
    assert vars(package)["pay"] is home.pay
    with pytest.raises(AttributeError, match="module 'shop' has no attribute 'price'"):
        find("price")
