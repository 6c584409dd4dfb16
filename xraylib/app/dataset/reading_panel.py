"""How the folder was understood, in a sentence and a small tree, and a form to change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from xraylib.app.shared.opened_dataset import OpenDataset, look_again
from xraylib.app.shell.charts import SPLIT_NAMES
from xraylib.app.shell.frame import plain, show_error, show_hint
from xraylib.datasets.catalog import change_dataset, find_dataset
from xraylib.datasets.labels.report import HINTS
from xraylib.datasets.names import SPLITS
from xraylib.datasets.reading.masks_among import MASKS_AMONG
from xraylib.datasets.reading.plan import Part, ReadingPlan
from xraylib.datasets.reading.reading_choice import ReadingChoice
from xraylib.datasets.reading.split_file import SplitFile
from xraylib.datasets.reading.walk import walk
from xraylib.datasets.tables.split_lists import with_split_lists
from xraylib.errors import DatasetError, XrayError
from xraylib.workspace import Workspace

_REFUSED: Final = "reading-refused"
_FEW_LINES: Final = 10  # are shown without a box to scroll in
_MOST: Final = 24
_CLASS: Final = "class"
_OUT: Final = "left out"
_WORDS: Final[dict[str, str]] = {
    **{split: SPLIT_NAMES[split] for split in SPLITS},
    _CLASS: "A class, or what is inside",
    _OUT: "Left out",
}


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A folder right below the data's own, which one decision is about.

    Attributes:
        path: Relative to the data set's folder.
        images: How many X-rays are in it, read or not.
        shown_as: A split, ``"class"`` or ``"left out"``.
        masks: Whether all of it is masks.
    """

    path: str
    images: int
    shown_as: str
    masks: bool = False


def show_reading(workspace: Workspace, opened: OpenDataset) -> None:
    """The plan of a data set.

    Args:
        workspace: Keeps what is decided.
        opened: The data set.
    """
    plan = opened.whole.reading
    refused = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        show_error(refused)
    hints = [hint for hint in plan.hints if hint.code not in ("tables", *HINTS)]
    with st.expander(
        plain(_short(plan)),
        icon=":material/account_tree:",
        expanded=bool(hints) and not opened.ref.shipped,
    ):
        words = st.container()
        tree, form = st.columns(2, gap="medium")
        with words:
            show_plan(plan, tree)
        with form:
            _form(workspace, opened, plan)


def show_plan(plan: ReadingPlan, place: DeltaGenerator | None = None) -> None:
    """What a plan says in words, and its folders as a tree.

    Args:
        plan: How a folder is read.
        place: For the tree; below the words if not given.
    """
    st.markdown(plain(plan.sentence()))
    for hint in plan.hints:
        if hint.code in HINTS:  # they stand at the table
            continue
        show_hint(hint)
    with place or st.container():
        tree = tree_text(plan)
        height = None if tree.count("\n") < _FEW_LINES else 260
        st.code(tree, language=None, height=height, wrap_lines=True)
        if plan.more_parts:
            st.caption(f"and {plan.more_parts:,} more folders")


def _short(plan: ReadingPlan) -> str:
    out = sum(part.images for part in plan.left_out)
    masks = sum(part.images for part in plan.left_out if part.role == "masks")
    words = f"How this folder was read{f': in {plan.root}/' if plan.root else ''}"
    if out:
        words += f"; {out:,} left out" + (f", {masks:,} of them masks" if masks else "")
    return words


def tree_text(plan: ReadingPlan) -> str:
    """The folders as lines: what each is, and its number of X-rays."""
    lines = []
    for part in plan.parts[:200]:
        depth = part.path.count("/")
        name = part.path.rpartition("/")[2] or "(the folder itself)"
        if part.path.endswith("/*") or part.path == "*":
            name = "(images beside the folders)"
        elif part.path.endswith(MASKS_AMONG):
            name = "(masks beside their images)"
        lines.append(f"{'  ' * depth}{name}  {part.images:,}  {_role(part)}")
    shown: set[str] = set()
    out = []
    for part, line in zip(plan.parts, lines, strict=False):
        above = part.path.split("/")[:-1]
        for depth in range(len(above)):
            path = "/".join(above[: depth + 1])
            if path not in shown and path not in {one.path for one in plan.parts}:
                out.append(f"{'  ' * depth}{above[depth]}/")
            shown.add(path)
        out.append(line)
    return "\n".join(out)


def _role(part: Part) -> str:
    if not part.is_read:
        return f"left out: {part.reason}" if part.role == "left out" else "masks, left out"
    split = SPLIT_NAMES.get(part.split or "train", "").lower()
    fold = "" if part.fold is None else f", fold {part.fold}"
    label = part.label or "no class"
    return f"{split}, {label}{fold}" + (f" ({part.reason})" if part.reason else "")


def branches(plan: ReadingPlan) -> list[Branch]:
    """The folders right below the root of the plan, and those beside it that are left out."""
    start = f"{plan.root}/" if plan.root else ""
    groups: dict[str, list[Part]] = {}
    for part in plan.parts:
        if part.path.endswith("*") or part.path == plan.root:
            continue
        inside = part.path.startswith(start)
        first = part.path[len(start) :].partition("/")[0] if inside else part.path
        groups.setdefault(f"{start}{first}" if inside else first, []).append(part)
    found = []
    for path, parts in groups.items():
        read = [part for part in parts if part.is_read]
        splits = {part.split for part in read}
        name = path.rpartition("/")[2]
        as_split = (
            read
            and len(splits) == 1
            and (any(part.path != path for part in read) or not read[0].label)
            and not any(part.label == name for part in read)
        )
        found.append(
            Branch(
                path=path,
                images=sum(part.images for part in parts),
                shown_as=str(*splits) if as_split else _CLASS if read else _OUT,
                masks=all(part.role == "masks" for part in parts),
            )
        )
    return found


def _form(workspace: Workspace, opened: OpenDataset, plan: ReadingPlan) -> None:
    name, choice = opened.ref.name, opened.ref.curation.reading
    rows, start = branches(plan)[:_MOST], f"{plan.root}/" if plan.root else ""
    written = _written(plan)
    with st.form(f"reading-{name}", border=False):
        chosen = {
            row.path: st.selectbox(
                f"{plain(row.path.removeprefix(start))} ({row.images:,} X-rays)",
                list(_WORDS),
                index=list(_WORDS).index(row.shown_as),
                format_func=lambda key: _WORDS[key],
                key=f"reading-{name}-{row.path}-{row.shown_as}",
            )
            for row in rows
        }
        classes = {
            folder: st.text_input(
                f"Class of the folders named {plain(folder)}",
                value=label,
                max_chars=80,
                key=f"class-{name}-{folder}-{label}",
                help="Two names that are made equal are one class. Empty: no class, left out.",
            )
            for folder, label in list(written.items())[:_MOST]
        }
        merge = st.checkbox(
            "NORMAL and normal are one class",
            value=choice.merge,
            key=f"merge-{name}-{choice.merge}",
            help="Case, blanks, _ and - do not make another class.",
        )
        lists = _ask_lists(name, plan, choice)
        if st.form_submit_button("Read it so", icon=":material/check:"):
            decided = decide(choice, rows, chosen, written, classes, merge=merge)
            _use(workspace, opened, replace(decided, split_files=lists))
    if choice:
        st.button(
            "Read it by its names again",
            icon=":material/undo:",
            on_click=_keep,
            args=(workspace, opened, ReadingChoice()),
        )


def _ask_lists(name: str, plan: ReadingPlan, choice: ReadingChoice) -> tuple[SplitFile, ...]:
    """The lists and tables that say the split of each X-ray."""
    held = {one.file: one for one in choice.split_files}
    files = list(dict.fromkeys((*held, *plan.tables)))
    if not files:
        return ()
    chosen = st.multiselect(
        "Lists of the splits",
        files,
        default=list(held),
        key=f"lists-{name}-{'-'.join(held)}",
        placeholder="None",
        help="Files such as train_val_list.txt and test_list.txt, or a table with a column of "
        "splits. They go before the folders.",
    )
    return tuple(held.get(file) or SplitFile(file=file) for file in chosen)


def _written(plan: ReadingPlan) -> dict[str, str]:
    """``{name of a folder: its class}``."""
    found: dict[str, str] = {}
    for part in plan.read:
        if part.label:
            names = part.path.split("/")
            name = names[-1]
            if name not in found and len(names) > 1 and part.label == names[-2]:
                name = names[-2]  # the splits stand below the classes
            found[name] = part.label
    return found


def decide(
    choice: ReadingChoice,
    rows: Sequence[Branch],
    chosen: Mapping[str, str],
    written: Mapping[str, str],
    classes: Mapping[str, str],
    *,
    merge: bool,
) -> ReadingChoice:
    """What was decided before with what the form changed."""
    splits, out, keep = dict(choice.splits), set(choice.leave_out), set(choice.keep)
    changed = any(chosen[row.path] != row.shown_as for row in rows)
    for row in rows:
        now = chosen[row.path]
        if now == row.shown_as:
            if changed and now == _OUT and not row.masks:
                out.add(row.path)  # the reason may go with what is changed
            continue
        for names in (out, keep):
            names.discard(row.path)
        splits.pop(row.path, None)
        if now == _OUT:
            out.add(row.path)
        elif now == _CLASS:
            keep.add(row.path)
        else:
            splits[row.path] = now
    named = {
        **choice.classes,
        **{
            folder: new.strip() for folder, new in classes.items() if new.strip() != written[folder]
        },
    }
    return replace(
        choice,
        splits=splits,
        leave_out=tuple(out),
        keep=tuple(keep),
        classes={**choice.classes, **named},
        merge=merge,
    )


def _use(workspace: Workspace, opened: OpenDataset, choice: ReadingChoice) -> None:
    _keep(workspace, opened, choice)
    st.rerun()


def _keep(workspace: Workspace, opened: OpenDataset, choice: ReadingChoice) -> None:
    """Keeps the decisions, unless nothing would be left."""
    name = opened.ref.name
    try:
        whole = opened.whole
        if not len(walk(opened.ref.root, whole.table, choice)):
            raise DatasetError(
                "Nothing would be left of the data set",
                expected="one folder at least that is read",
                remedy="leave fewer folders out",
                code="no-films",
            )
        curation = replace(find_dataset(name, workspace=workspace).curation, reading=choice)
        if choice.split_files:
            with_split_lists(opened.scanned, choice.split_files)
        change_dataset(name, curation=curation, workspace=workspace)
        look_again(workspace, name)
    except XrayError as error:
        st.session_state[_REFUSED] = error
