"""How public sets of chest X-rays write their tables: each form is known by its header."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from xraylib.datasets.labels.findings import Kind
from xraylib.datasets.labels.told import Told, told_by_columns, told_by_names

Read = Callable[[pa.Table, tuple[str, ...]], Told]
"""What makes of the cells and the columns of labels what they say."""

CHEXPERT_COLUMNS: Final = (
    "No Finding",
    "Enlarged Cardiomediastinum",
    "Cardiomegaly",
    "Lung Opacity",
    "Lung Lesion",
    "Edema",
    "Consolidation",
    "Pneumonia",
    "Atelectasis",
    "Pneumothorax",
    "Pleural Effusion",
    "Pleural Other",
    "Fracture",
    "Support Devices",
)


@dataclass(frozen=True, kw_only=True)
class Form:
    """A way in which tables of labels are written.

    Attributes:
        name: Short and stable.
        title: For people.
        source: Where it was published, or what it is.
        kind: Whether its images have several findings or one class; None: as its rows say.
        needs: Columns by which it is known, in any case; empty for forms that have no names of
            their own.
        image: Its column that names the images.
        labels: Its columns of labels, as far as the table has them; empty: all that say yes or no.
        patient: Its column of patients.
        reader: Its column of readers.
        metadata: ``{name: columns}``; the first of them that says something counts.
        read: What makes findings of the labels.
        folders: Whether its names are those of folders: the studies of a patient.
    """

    name: str
    title: str
    source: str
    kind: Kind | None
    read: Read
    needs: tuple[str, ...] = ()
    image: str = ""
    labels: tuple[str, ...] = ()
    patient: str = ""
    reader: str = ""
    metadata: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folders: bool = False


def _columns(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    return told_by_columns(cells, labels)


def _chexpert(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    return told_by_columns(cells, labels, spared=("Support Devices",))


def _names(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    return told_by_names(cells[labels[0]])


def _listed(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    return told_by_names(cells[labels[0]], mark="|")


def _padchest(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    return told_by_names(
        cells[labels[0]],
        ignored=("unchanged", "suboptimal study"),
        unusable=("exclude",),
    )


def _rsna(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    told = told_by_columns(cells, labels, together="any")
    return Told(names=("Pneumonia",), values=told.values, together="any")


def _vindr(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    return told_by_names(cells[labels[0]], together="any")


def _levels(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    return told_by_names(cells[labels[0]], mark=",", levels=True)


FORMS: Final[Mapping[str, Form]] = {
    form.name: form
    for form in (
        Form(
            name="nih",
            title="NIH ChestX-ray14",
            source="Wang et al., 2017, https://arxiv.org/abs/1705.02315: Data_Entry_2017.csv",
            kind="multilabel",
            read=_listed,
            needs=("Image Index", "Finding Labels"),
            image="Image Index",
            labels=("Finding Labels",),
            patient="Patient ID",
            metadata={
                "sex": ("Patient Gender",),
                "age": ("Patient Age",),
                "view": ("View Position",),
            },
        ),
        Form(
            name="mimic-cxr",
            title="MIMIC-CXR-JPG",
            source="Johnson et al., 2019, https://arxiv.org/abs/1901.07042: "
            "mimic-cxr-2.0.0-chexpert.csv",
            kind="multilabel",
            read=_chexpert,
            needs=("subject_id", "study_id", "Atelectasis", "No Finding"),
            image="study_id",
            labels=CHEXPERT_COLUMNS,
            patient="subject_id",
            folders=True,
        ),
        Form(
            name="chexpert",
            title="CheXpert",
            source="Irvin et al., 2019, https://arxiv.org/abs/1901.07031: train.csv",
            kind="multilabel",
            read=_chexpert,
            needs=("Path", "Atelectasis", "Cardiomegaly", "Pleural Effusion"),
            image="Path",
            labels=CHEXPERT_COLUMNS,
            metadata={"sex": ("Sex",), "age": ("Age",), "view": ("AP/PA", "Frontal/Lateral")},
        ),
        Form(
            name="padchest",
            title="PadChest",
            source="Bustos et al., 2020, https://arxiv.org/abs/1901.07441: "
            "PADCHEST_chest_x_ray_images_labels_160K.csv",
            kind="multilabel",
            read=_padchest,
            needs=("ImageID", "Labels", "PatientID"),
            image="ImageID",
            labels=("Labels",),
            patient="PatientID",
            metadata={
                "sex": ("PatientSex_DICOM",),
                "view": ("Projection",),
                "scanner": ("Manufacturer_DICOM",),
                "year": ("StudyDate_DICOM",),
            },
        ),
        Form(
            name="rsna",
            title="RSNA Pneumonia Detection Challenge",
            source="Shih et al., 2019, https://doi.org/10.1148/ryai.2019180041: "
            "stage_2_train_labels.csv",
            kind="single",
            read=_rsna,
            needs=("patientId", "Target"),
            image="patientId",
            labels=("Target",),
            patient="patientId",
        ),
        Form(
            name="vindr",
            title="VinDr-CXR",
            source="Nguyen et al., 2022, https://arxiv.org/abs/2012.15029: train.csv",
            kind="multilabel",
            read=_vindr,
            needs=("image_id", "class_name"),
            image="image_id",
            labels=("class_name",),
            reader="rad_id",
        ),
        Form(
            name="ieee8023",
            title="covid-chestxray-dataset",
            source="Cohen et al., 2020, https://arxiv.org/abs/2006.11988: metadata.csv",
            kind="multilabel",
            read=_levels,
            needs=("finding", "filename", "view"),
            image="filename",
            labels=("finding",),
            patient="patientid",
            metadata={
                "sex": ("sex",),
                "age": ("age",),
                "view": ("view",),
                "site": ("location",),
                "modality": ("modality",),
            },
        ),
        Form(
            name="covidx",
            title="COVIDx",
            source="Wang et al., 2020, https://arxiv.org/abs/2003.09871: train_COVIDx9A.txt, with "
            "its four columns named or not",
            kind="single",
            read=_names,
            needs=("patient", "file", "class", "source"),
            image="file",
            labels=("class",),
            patient="patient",
            metadata={"site": ("source",)},
        ),
        Form(
            name="onehot",
            title="A column of 0 and 1 for each finding",
            source="as of many competitions on Kaggle; one class where each row has exactly one 1",
            kind=None,
            read=_columns,
        ),
        Form(
            name="list",
            title="A column of several names",
            source="with | between them, or as a list in brackets",
            kind="multilabel",
            read=_listed,
        ),
        Form(
            name="binary",
            title="A column of 0 and 1",
            source="1 is present, 0 is absent",
            kind="single",
            read=_columns,
        ),
        Form(
            name="names",
            title="A column of names",
            source="one class an image",
            kind="single",
            read=_names,
        ),
    )
}
"""By name, in the order in which a header is held against them."""


def known_form(columns: Sequence[str]) -> Form | None:
    """The published form with this header; None where it is none of them."""
    have = {name.casefold() for name in columns}
    for form in FORMS.values():
        if form.needs and {name.casefold() for name in form.needs} <= have:
            return form
    return None


def has_lists(column: pa.ChunkedArray) -> bool:
    """Whether cells of a column hold several names."""
    return bool(pc.any(pc.match_substring_regex(column, r"^\[.*\]$|\|")).as_py())
