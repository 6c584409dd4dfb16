"""Keys of the HTTP API: a file of names and keys, and whose key it is."""

from __future__ import annotations

import hmac
from pathlib import Path

import pytest

from xraylib.app.server import api_keys
from xraylib.app.server.api_keys import holder_of, read_keys
from xraylib.errors import SettingsError

ADA, EVE = "a" * 32, "e" * 40


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "keys"
    path.write_text(f"# remark\n\nada@example.org {ADA}  # hers\neve {EVE}\n")
    return path


def test_a_key_has_a_holder(file: Path) -> None:
    known = read_keys(file)
    assert holder_of(ADA, known) == "ada@example.org"
    assert holder_of(EVE, known) == "eve"
    for wrong in ("", ADA[:-1], ADA + "a", ADA.upper(), "ada@example.org", "\udcff"):
        assert holder_of(wrong, known) is None


def test_every_key_is_compared_in_constant_time(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[int, int]] = []
    real = hmac.compare_digest

    def compare(a: bytes, b: bytes) -> bool:
        compared.append((len(a), len(b)))
        return real(a, b)

    known = read_keys(file)
    assert ADA.encode() not in known.values()  # only digests are kept
    monkeypatch.setattr(api_keys.hmac, "compare_digest", compare)
    for sent in (ADA, EVE, "wrong"):
        compared.clear()
        holder_of(sent, known)
        assert compared == [(32, 32), (32, 32)]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "holds no key"),
        (b"# nothing\n", "holds no key"),
        (b"ada\n", "has 1 words in line 1"),
        (b"ada b c\n", "has 3 words in line 1"),
        (b"\nada short\n", "has a key of fewer than 32 plain characters in line 2"),
        (b"ada " + b"a" * 32 + b"\nada " + b"b" * 32, "names somebody twice, in line 2"),
        (b"\xff\xfe", "cannot be read (it is not text)"),
        (None, "cannot be read (No such file or directory)"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_full_words(
    tmp_path: Path, content: bytes | None, problem: str
) -> None:
    path = tmp_path / "keys"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        read_keys(path)
    assert caught.value.code == "api-keys"
    assert str(caught.value) == (
        f"The file that XRAYLIB_API_KEYS_FILE names {problem}. Expected one NAME KEY a line, each "
        "key of 32 characters or more. Do this: mend the file, or unset XRAYLIB_API_KEYS_FILE to "
        "switch the HTTP API off."
    )
