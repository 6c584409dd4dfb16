"""What a visitor tries a network with: one X-ray in the memory of the session, and nothing more."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st
from streamlit.typing import UploadedFile

from xraylib.app.shared.runs.predictions import known_sum, read_judged
from xraylib.app.shell.upload_memory import release
from xraylib.datasets.root import image_file
from xraylib.errors import XrayError
from xraylib.evaluation.stored_predictions import images_root
from xraylib.images.radiograph import Radiograph
from xraylib.images.sandbox.pool import DecoderPool
from xraylib.training.run.runs import Run


@st.cache_resource(max_entries=1, show_spinner=False)
def decoder() -> DecoderPool:
    """The child processes that decode uploads, shared by all sessions in turn."""
    return DecoderPool()


@dataclass(kw_only=True)
class Tried:
    """One X-ray at a time, until another one is taken or it is forgotten.

    Attributes:
        number: Grows with each forgetting; a part of the widgets' keys, so that they forget too.
        id: Of the X-ray on show; another for each that is taken.
        name: Of its file.
        truth: What it is known to be, of one of the run's own.
        radiograph: Its pixels, or None: nothing was taken yet, or it was refused.
        error: Why it was refused.
        upload: The id of the upload that was taken last.
        owner: Whose turn it is when images of many visits wait to be decoded.
    """

    number: int = 0
    id: str = ""
    name: str = ""
    truth: str = ""
    radiograph: Radiograph | None = field(default=None, repr=False)
    error: XrayError | None = None
    upload: str = ""
    owner: str = field(default_factory=lambda: f"visit {secrets.token_hex(8)}")

    def take_own(self, run: Run, path: str, truth: str, split: str) -> None:
        """Takes one of the images that the run was judged on."""
        self._begin(Path(path).name, truth)
        try:
            file = image_file(images_root(run, split), path)
            self._keep(read_judged(file, known_sum(run, split, path)))
        except XrayError as error:
            self.error = error

    def take_upload(self, upload: UploadedFile | None) -> None:
        """Takes what was dropped, chosen or pasted, once."""
        if upload is None or upload.file_id == self.upload:
            return
        self._begin(upload.name, "")
        self.upload = upload.file_id
        try:
            self._keep(decoder().decode(upload.getvalue(), owner=self.owner))
        except XrayError as error:
            self.error = error

    def forget(self) -> None:
        """Drops the X-ray and the upload that it came from."""
        release([self.upload])
        self._begin("", "")
        self.id, self.upload = "", ""
        self.number += 1

    def _begin(self, name: str, truth: str) -> None:
        self.id, self.name, self.truth = secrets.token_hex(8), name, truth
        self.radiograph = self.error = None

    def _keep(self, radiograph: Radiograph) -> None:
        self.radiograph = radiograph


def tried() -> Tried:
    """What this session tries."""
    found: Tried = st.session_state.setdefault("tried", Tried())
    return found
