"""How public sets of chest X-rays write their tables: each form is known by its header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from xraylib.datasets.labels import reading
from xraylib.datasets.labels.findings import Kind

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
        each: Its column that names single images, where it has that; its names are then no folders.
        ending: What stands behind the names.
        also: Another header by which it is known.
        further: Whether more columns of yes and no are findings too.
    """

    name: str
    title: str
    source: str
    kind: Kind | None
    read: reading.Read
    needs: tuple[str, ...] = ()
    image: str = ""
    labels: tuple[str, ...] = ()
    patient: str = ""
    reader: str = ""
    metadata: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folders: bool = False
    each: str = ""
    ending: str = ""
    also: tuple[str, ...] = ()
    further: bool = False


FORMS: Final[Mapping[str, Form]] = {
    form.name: form
    for form in (
        Form(
            name="nih",
            title="NIH ChestX-ray14",
            source="Wang et al., 2017, https://arxiv.org/abs/1705.02315: Data_Entry_2017.csv",
            kind="multilabel",
            read=reading.barred,
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
            read=reading.chexpert,
            needs=("subject_id", "study_id", "Atelectasis", "No Finding"),
            also=("study_id", "Atelectasis", "Pleural Effusion", "No Finding"),
            further=True,
            image="study_id",
            labels=CHEXPERT_COLUMNS,
            patient="subject_id",
            metadata={"view": ("ViewPosition",)},
            folders=True,
            each="dicom_id",
        ),
        Form(
            name="chexpert",
            title="CheXpert",
            source="Irvin et al., 2019, https://arxiv.org/abs/1901.07031: train.csv",
            kind="multilabel",
            read=reading.chexpert,
            needs=("Path", "Atelectasis", "Cardiomegaly", "Pleural Effusion"),
            also=("Enlarged Cardiomediastinum", "Pleural Effusion", "Support Devices"),
            further=True,
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
            read=reading.padchest,
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
            read=reading.rsna,
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
            read=reading.vindr,
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
            read=reading.levels,
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
            read=reading.names,
            needs=("patient", "file", "class", "source"),
            image="file",
            labels=("class",),
            patient="patient",
            metadata={"site": ("source",)},
        ),
        Form(
            name="siim-covid19",
            title="SIIM-FISABIO-RSNA COVID-19 Detection, studies",
            source="Lakhani et al., 2023, https://doi.org/10.1007/s10278-022-00706-8: "
            "train_study_level.csv",
            kind="single",
            read=reading.columns,
            needs=("id", "Negative for Pneumonia", "Typical Appearance"),
            image="id",
            labels=(
                "Negative for Pneumonia",
                "Typical Appearance",
                "Indeterminate Appearance",
                "Atypical Appearance",
            ),
            folders=True,
            ending="_study",
        ),
        Form(
            name="siim-covid19-images",
            title="SIIM-FISABIO-RSNA COVID-19 Detection, images",
            source="Lakhani et al., 2023, https://doi.org/10.1007/s10278-022-00706-8: "
            "train_image_level.csv",
            kind="single",
            read=reading.opacity,
            needs=("id", "boxes", "label", "StudyInstanceUID"),
            image="id",
            labels=("label",),
            ending="_image",
        ),
        Form(
            name="onehot",
            title="A column of 0 and 1 for each finding",
            source="as of many competitions on Kaggle; one class where each row has exactly one 1",
            kind=None,
            read=reading.columns,
        ),
        Form(
            name="list",
            title="A column of several names",
            source="with |, ; or , between them, or as a list in brackets",
            kind="multilabel",
            read=reading.listed,
        ),
        Form(
            name="boxes",
            title="A row for each box around a finding",
            source="as for detection, for example NIH's BBox_List_2017.csv: what any row of an "
            "image names is there",
            kind="multilabel",
            read=reading.vindr,
        ),
        Form(
            name="binary",
            title="A column of 0 and 1",
            source="1 is present, 0 is absent",
            kind="single",
            read=reading.columns,
        ),
        Form(
            name="names",
            title="A column of names",
            source="one class an image",
            kind="single",
            read=reading.names,
        ),
    )
}
"""By name, in the order in which a header is held against them."""


def known_form(columns: Sequence[str]) -> Form | None:
    """The published form with this header; None where it is none of them."""
    have = {name.casefold() for name in columns}
    for form in FORMS.values():
        headers = [header for header in (form.needs, form.also) if header]
        if any({name.casefold() for name in header} <= have for header in headers):
            return form
    return None


_WITHOUT_LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "MIMIC-CXR-JPG": ("dicom_id", "subject_id", "study_id"),
    "CheXpert Plus": ("path_to_image", "deid_patient_id"),
    "the COVID-19 Radiography Database": ("FILE NAME", "FORMAT", "SIZE", "URL"),
}


def set_without_labels(columns: Sequence[str]) -> str:
    """The public set that has a table of this header beside that of labels; ``""`` for others."""
    have = {name.casefold() for name in columns}
    found = (of for of, needs in _WITHOUT_LABELS.items() if {n.casefold() for n in needs} <= have)
    return next(found, "")
