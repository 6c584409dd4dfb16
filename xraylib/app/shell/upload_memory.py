"""Letting go of uploads. Streamlit keeps the bytes of every upload until its tab is closed."""

from __future__ import annotations

from collections.abc import Iterable

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx


def release(file_ids: Iterable[str]) -> None:
    """Drops uploads of this session from the server's memory.

    Streamlit itself holds the last value of a widget until the click after the next value.

    Args:
        file_ids: ``UploadedFile.file_id`` of each; unknown ones are passed over.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        return
    for file_id in file_ids:
        context.uploaded_file_mgr.remove_file(context.session_id, file_id)
