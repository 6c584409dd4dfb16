"""One task at a time in the sidebar: predict first, do it on a page, see what came out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import streamlit as st

from xraylib.app.shared import current_design
from xraylib.app.shared.fit_design import use_preparation
from xraylib.app.shared.opened_dataset import known_index
from xraylib.app.shell.frame import open_sidebar, plain, saying_why, show_error
from xraylib.app.shell.pages import PAGES
from xraylib.app.shell.state import get_draft, traced
from xraylib.errors import PathError, XrayError
from xraylib.lesson.progress import (
    Progress,
    Tried,
    forget_progress,
    keep_progress,
    read_progress,
)
from xraylib.lesson.task_facts import Fact, facts_of, fill, in_words, missing
from xraylib.lesson.tasks import Task, read_tasks
from xraylib.networks.presets import preset
from xraylib.training.run.kept import kept_runs
from xraylib.workspace import Workspace

_KEY: Final = "lesson"
_OPEN: Final = f"{_KEY}-open"
_UNKEPT: Final = f"{_KEY}-unkept"
_TASK: Final = f"{_KEY}-task"


def show(workspace: Workspace) -> bool:
    """The tasks: open until they are put away or all done.

    Returns:
        Whether they are open.
    """
    try:
        tasks, progress = read_tasks(workspace=workspace), _progress(workspace)
    except XrayError as error:
        with st.expander("Lesson", icon=":material/school:", type="compact"):
            show_error(error)
            if isinstance(error, PathError):
                st.button("Begin anew", on_click=_forget, args=(workspace,))
        return False
    count = sum(progress.done(task.key) for task in tasks)
    key = f"{_OPEN}-{count}"  # with another label it is another one
    box = st.expander(
        f"Lesson: {count} of {len(tasks)}",
        st.session_state.setdefault(_OPEN, not progress.folded),
        key=key,
        icon=":material/school:",
        on_change=_fold,
        args=(workspace, key),
        type="compact",
    )
    if box.open:
        with box:
            _show_task(workspace, tasks, progress)
    return bool(box.open)


def offer(workspace: Workspace) -> None:
    """A button that opens them, on a phone too, where the sidebar is closed."""
    st.button(
        "Short tasks",
        type="tertiary",
        icon=":material/school:",
        on_click=_open,
        args=(workspace,),
        help="Opens them in the sidebar: guess first, do it on the page, see what comes out.",
    )


def _open(workspace: Workspace) -> None:
    open_sidebar()
    try:
        tasks, progress = read_tasks(workspace=workspace), _progress(workspace)
    except XrayError:
        return  # it is told where the tasks would be
    count = sum(progress.done(task.key) for task in tasks)
    st.session_state[_OPEN] = st.session_state[f"{_OPEN}-{count}"] = True
    _keep(workspace, replace(progress, folded=False))


def _progress(workspace: Workspace) -> Progress:
    """What is kept; of this visit alone where the workspace cannot be written."""
    unkept: Progress | None = st.session_state.get(_UNKEPT)
    return read_progress(workspace=workspace) if unkept is None else unkept


def _keep(workspace: Workspace, progress: Progress) -> None:
    try:
        keep_progress(progress, workspace=workspace)
    except PathError:
        st.session_state[_UNKEPT] = progress


def _forget(workspace: Workspace) -> None:
    saying_why(partial(forget_progress, workspace=workspace))


def _fold(workspace: Workspace, key: str) -> None:
    st.session_state[_OPEN] = st.session_state[key]
    try:
        _keep(workspace, replace(_progress(workspace), folded=not st.session_state[_OPEN]))
    except XrayError:
        return  # it is told where the tasks would be


def _show_task(workspace: Workspace, tasks: Sequence[Task], progress: Progress) -> None:
    numbers = range(len(tasks))
    first = next((n for n in numbers if not progress.done(tasks[n].key)), 0)
    st.session_state.setdefault(_TASK, first)
    if st.session_state[_TASK] not in numbers:  # a teacher's file has become shorter
        st.session_state[_TASK] = first
    number = st.selectbox(
        "Task",
        numbers,
        key=_TASK,
        format_func=lambda n: f"{n + 1} {tasks[n].title}{' ✓' * progress.done(tasks[n].key)}",
        label_visibility="collapsed",
        persist_state="session",
    )
    task = tasks[number]
    tried = progress.tried.get(task.key)
    if tried is None:
        _ask(workspace, task)
        return
    if not tried.answer:
        facts = _facts(workspace, tried)
        if lacking := missing(task.done, facts):
            _tell(task, tried, lacking)
            return
        tried = replace(tried, answer=fill(task.answer, facts), because=fill(task.because, facts))
        now = progress.with_tried(task.key, tried)
        _keep(workspace, replace(now, folded=all(now.done(one.key) for one in tasks)))
        st.rerun()  # the count stands above
    _explain(task, tried)
    if number + 1 < len(tasks):
        st.button(
            "Next task",
            icon=":material/arrow_forward:",
            key=f"{_KEY}-next",
            on_click=lambda: st.session_state.update({_TASK: number + 1}),
        )
    with st.popover("The question", type="tertiary", icon=":material/help:"):
        st.markdown(_small(task.question))


def _ask(workspace: Workspace, task: Task) -> None:
    key = f"{_KEY}-guess-{task.key}"
    with st.form(f"{_KEY}-{task.key}", border=False):
        st.markdown(_small(task.question))
        if task.answers:
            st.radio("Your guess", task.answers, None, key=key, format_func=plain)
        else:
            st.number_input("Your guess", 0, 10**12, None, key=key)
        st.form_submit_button(
            "That is my guess", on_click=_begin, args=(workspace, task, key), width="stretch"
        )
    if task.network:
        size = f", {task.size}×{task.size} pixels" if task.size else ""
        st.caption(
            f"It begins with the network {plain(task.network)}{size}; Undo brings yours back."
        )


def _begin(workspace: Workspace, task: Task, key: str) -> None:
    guess: str | int | None = st.session_state.get(key)
    if guess is None:
        st.toast("Guess first; a wrong guess teaches more than none.", icon=":material/school:")
        return
    draft = get_draft()
    if task.size:
        use_preparation(replace(draft.preparation, image_size=(task.size, task.size)))
    if task.network:
        current_design.change_design(
            preset(
                task.network,
                input_shape=get_draft().preparation.input_shape,
                classes=max(2, len(draft.classes)) if draft.classes else 3,
                class_mode=draft.class_mode,
            ),
            selected=1,
        )
    tried = Tried(guess=guess if isinstance(guess, str) else in_words(guess), at=time.time())
    saying_why(
        lambda: _keep(workspace, _progress(workspace).with_tried(task.key, tried)),
    )


def _facts(workspace: Workspace, tried: Tried) -> dict[str, Fact]:
    draft, index = get_draft(), known_index(workspace)
    newest = next(iter(kept_runs(workspace=workspace)), None)
    if newest is not None and newest.created < int(tried.at):
        newest = None  # started before the guess
    told = partial(
        facts_of,
        dataset=draft.dataset,
        preparation=draft.preparation,
        augment=draft.augment,
        network=traced(draft.spec),
        training_images=None if index is None else int(index.rows("train").size),
    )
    try:
        return told(run=newest)
    except PathError:  # its folder is damaged; the Training page says so
        return told()


def _tell(task: Task, tried: Tried, lacking: Sequence[str]) -> None:
    st.markdown(_small(task.do))
    st.page_link(
        PAGES[task.page].file,
        label="Go there",
        icon=":material/arrow_forward:",
        query_params={"view": task.view} if task.view else None,
    )
    st.caption(plain(f"Your guess: {tried.guess}. Still: {'; '.join(lacking)}."))
    st.button("Check", icon=":material/fact_check:", key=f"{_KEY}-check", width="stretch")


def _explain(task: Task, tried: Tried) -> None:
    right = tried.guess == tried.answer
    words = "" if right else task.mistakes.get(tried.guess, "")
    verdict = "as you said" if right else f"and not {tried.guess}"
    st.markdown(f"**{plain(tried.answer)}**, {plain(verdict)}.")
    if words:
        st.markdown(_small(words))
    st.markdown(_small(tried.because))


def _small(text: str) -> str:
    """``text`` as it is written, for a narrow column."""
    return f":small[{plain(text)}]"
