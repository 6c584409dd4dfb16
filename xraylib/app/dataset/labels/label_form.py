"""The widgets that say which table tells the labels and what its columns are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import streamlit as st

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.findings import KINDS
from xraylib.datasets.labels.forms import FORMS
from xraylib.datasets.labels.label_choice import METADATA, READERS, LabelChoice
from xraylib.datasets.labels.plan import LabelPlan, propose_plan
from xraylib.datasets.labels.sources import open_tables
from xraylib.datasets.tables.table import Table

_NONE: Final = "(none)"
_KIND_WORDS: Final = {"single": "One class", "multilabel": "Several findings"}
_READER_WORDS: Final = {"majority": "What most readers say", "any": "What any reader says"}
_ROLES: Final = ("patient", "split", "reader")


@dataclass(frozen=True, kw_only=True, eq=False)
class Proposal:
    """A table and what its columns seem to be."""

    choice: LabelChoice
    source: Table
    plan: LabelPlan


def propose(index: DatasetIndex, choice: LabelChoice) -> Proposal:
    """What a table's columns seem to be; looked at once for each table and form.

    Raises:
        DatasetError: As `open_tables` and `propose_plan`.
    """
    kept: Proposal | None = index.memo.get("label proposal")
    if kept is not None and kept.choice == choice:
        return kept
    paths = index.table["path"].to_pylist()
    table = open_tables(index.root, choice, paths)
    plan = propose_plan(table, paths, choice)
    made = Proposal(choice=choice, source=table, plan=plan)
    index.memo["label proposal"] = made
    return made


def ask_table(tables: Sequence[str], now: LabelChoice | None) -> LabelChoice:
    """Which table it is and how it is written.

    Args:
        tables: Those in the data set's folder.
        now: What holds until now.
    """
    file, form = st.columns(2)
    chosen = file.selectbox(
        "Table",
        tables,
        index=tables.index(now.file) if now is not None and now.file in tables else 0,
        help="CSV, TSV, Excel or Parquet, in the data set's folder.",
    )
    held = now is not None and now.file == chosen
    names = [None, *FORMS]
    written = form.selectbox(
        "How it is written",
        names,
        index=names.index(now.form) if held and now is not None and now.form in names else 0,
        format_func=lambda name: "As its header says" if name is None else FORMS[name].title,
        key=f"label-form-{chosen}",
        help="The forms of public sets are known by the names of their columns.",
    )
    others = [table for table in tables if table != chosen]
    beside: list[str] = []
    if others:
        beside = st.multiselect(
            "Tables that belong to it",
            others,
            default=[one for one in now.beside if one in others] if held and now else [],
            key=f"label-beside-{chosen}",
            placeholder="None",
            help="With more rows, as of the validation set, or more columns, as of patients.",
        )
    return LabelChoice(file=chosen, beside=tuple(beside), form=written)


def ask_columns(
    proposal: Proposal, now: LabelChoice | None, *, expanded: bool = False
) -> LabelChoice:
    """What each column is, and how its labels are taken: as proposed unless it is changed.

    Args:
        proposal: The table.
        now: What holds until now; its decisions stand first.
        expanded: Whether the columns are seen at once.
    """
    choice, plan = proposal.choice, proposal.plan
    columns: list[str] = list(proposal.source.columns)
    same = now is not None and (now.files, now.form) == (choice.files, choice.form)
    held = now if same else None
    key = f"{'-'.join(choice.files)}-{choice.form}"
    missing = not (plan.image and plan.labels)
    with st.expander("Columns", icon=":material/view_column:", expanded=expanded or missing):
        with st.grid("auto", min_column_width=150, gap="xsmall") as grid:
            with grid.cell():
                named = columns if plan.image else [_NONE, *columns]
                image = st.selectbox(
                    "X-rays",
                    named,
                    index=_place(named, None if held is None else held.image, plan.image),
                    key=f"label-image-{key}",
                    help="Paths or names of files, with or without ending.",
                )
            others = {}
            for role in _ROLES:
                with grid.cell():
                    said = None if held is None else getattr(held, role)
                    others[role] = _column(role, columns, said, getattr(plan, role), key)
            metadata = {}
            for name in METADATA:
                usual = plan.metadata.get(name, ("",))
                with grid.cell():
                    said = None if held is None else held.metadata.get(name)
                    found = _column(name, columns, said, usual[0], key)
                if found != usual[0]:
                    metadata[name] = found
        labels = st.multiselect(
            "Labels",
            columns,
            default=[n for n in ((held and held.labels) or plan.labels) if n in columns],
            key=f"label-labels-{key}",
            help="One column of names, or a column of 1 and 0 for each finding.",
        )
    kinds = [None, *KINDS]
    one, two = st.columns(2)
    kind = one.selectbox(
        "Each X-ray has",
        kinds,
        index=kinds.index(None if held is None else held.kind),
        format_func=lambda name: "As the table says" if name is None else _KIND_WORDS[name],
        key=f"label-kind-{key}",
        help="One class, or several findings that may come together.",
    )
    readers = held.readers if held is not None else "majority"
    if others["reader"]:
        readers = two.selectbox(
            "Where readers differ",
            list(READERS),
            index=list(READERS).index(readers),
            format_func=lambda name: _READER_WORDS[name],
            key=f"label-readers-{key}",
        )
    changed: dict[str, Any] = {
        role: found for role, found in others.items() if found != getattr(plan, role)
    }
    return replace(
        choice,
        kind=kind,
        image=None if image in (plan.image, _NONE) else image,
        labels=() if tuple(labels) == plan.labels else tuple(labels),
        metadata=metadata,
        readers=readers,
        findings=held.findings if held is not None else (),
        **changed,
    )


def _column(name: str, columns: Sequence[str], said: str | None, usual: str, key: str) -> str:
    """One column or none; ``""`` for none."""
    options = [_NONE, *columns]
    wanted = usual if said is None else said
    found = st.selectbox(
        _words(name),
        options,
        index=options.index(wanted) if wanted in options else 0,
        key=f"label-{name}-{key}",
    )
    return "" if found == _NONE else found


def _words(name: str) -> str:
    return {"patient": "Patients", "split": "Split", "reader": "Readers"}.get(
        name, name.capitalize()
    )


def _place(columns: Sequence[str], *wanted: str | None) -> int:
    return next((columns.index(name) for name in wanted if name in columns), 0)
