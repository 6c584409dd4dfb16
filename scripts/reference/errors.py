"""The page of all error codes."""

from __future__ import annotations

from scripts.reference.error_source import Told, told
from scripts.reference.markdown import cell, heading, table
from xraylib import errors


def page() -> str:
    """Each code in one table, then each with all its wordings."""
    by_code: dict[str, list[Told]] = {}
    for one in told():
        by_code.setdefault(one.code, []).append(one)
    rows = [
        [
            f"[`{code}`](#error-{code})",
            cell(ones[0].what) + (f" *and {len(ones) - 1} more*" if len(ones) > 1 else ""),
            cell(ones[0].remedy),
            ", ".join(sorted({f"`{one.kind}`" for one in ones})),
        ]
        for code, ones in sorted(by_code.items())
    ]
    parts = [
        "# Error codes\n",
        "Every error of this package says what happened, what was expected and what to do, and has "
        "a `code` that programs can rely on. The command prints `error[code]: …` and ends with 1. "
        "In the words below `{name}` stands for a value of the moment.\n",
        table(["code", "what happened", "do this", "class"], rows),
        "## The classes\n\n```text\n" + _tree() + "\n```\n",
    ]
    for code, ones in sorted(by_code.items()):
        parts.append(heading(2, f"`{code}`", f"error-{code}"))
        parts += [_group(*key, same) for key, same in _alike(ones).items()]
    return "\n".join(parts)


def _alike(ones: list[Told]) -> dict[tuple[str, str, str, str], list[str]]:
    """What happened, by the class, the file, what was expected and what to do."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for one in ones:
        found.setdefault((one.kind, one.module, one.expected, one.remedy), []).append(one.what)
    return found


def _group(kind: str, module: str, expected: str, remedy: str, happened: list[str]) -> str:
    lines = [f"- {cell(what)}." for what in happened]
    lines.append(f"\n  Expected {cell(expected)}. **Do this:** {cell(remedy)}.")
    lines.append(f"  (`{kind}` in `{module}`)\n")
    return "\n".join(lines)


def _tree() -> str:
    lines = (errors.__doc__ or "").splitlines()
    return "\n".join(line[4:] for line in lines if line.startswith("    "))
