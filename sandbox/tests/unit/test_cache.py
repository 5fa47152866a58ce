"""The cache folder and what an entry's name depends on."""

from pathlib import Path

import pytest

from sandbox.cache import CACHE_VARIABLE, cache_dir, content_key, locked


def test_cache_dir_follows_its_own_variable_then_xdg_then_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv(CACHE_VARIABLE, raising=False)
    assert cache_dir() == tmp_path / "home" / ".cache" / "ollama-librechat"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_dir() == tmp_path / "xdg" / "ollama-librechat"
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "own"))
    assert cache_dir() == tmp_path / "own"


def test_relative_xdg_value_is_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(CACHE_VARIABLE, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/cache")
    assert cache_dir() == tmp_path / ".cache" / "ollama-librechat"


def test_content_key_changes_with_content_name_and_parts(tmp_path: Path) -> None:
    (tmp_path / "main.go").write_text("package main")
    first = content_key(tmp_path, "linux")
    assert first == content_key(tmp_path, "linux")
    keys = {first, content_key(tmp_path, "darwin"), content_key(tmp_path), content_key(tmp_path, "lin", "ux")}
    (tmp_path / "main.go").write_text("package other")
    keys.add(content_key(tmp_path, "linux"))
    (tmp_path / "main.go").rename(tmp_path / "other.go")
    keys.add(content_key(tmp_path, "linux"))
    assert len(keys) == 6


def test_content_key_ignores_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "main.go").write_text("package main")
    before = content_key(tmp_path)
    (tmp_path / ".main.go.swp").write_text("an editor's")
    assert content_key(tmp_path) == before


def test_lock_is_free_again_after_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    with pytest.raises(ZeroDivisionError), locked("entry"):
        raise ZeroDivisionError
    with locked("entry"):
        assert (tmp_path / "locks" / "entry.lock").exists()
