"""Small tables in the exact form of public sets, made up here: header, separators, odd cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.image_row import SCHEMA

CHEXPERT = (
    "No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,Lung Lesion,Edema,"
    "Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,Fracture,"
    "Support Devices"
)
MIMIC = (
    "Atelectasis,Cardiomegaly,Consolidation,Edema,Enlarged Cardiomediastinum,Fracture,Lung Lesion,"
    "Lung Opacity,No Finding,Pleural Effusion,Pleural Other,Pneumonia,Pneumothorax,Support Devices"
)
PADCHEST = (
    ",ImageID,ImageDir,StudyDate_DICOM,StudyID,PatientID,PatientBirth,PatientSex_DICOM,"
    "ViewPosition_DICOM,Projection,MethodProjection,Pediatric,Modality_DICOM,Manufacturer_DICOM,"
    "ReportID,Report,MethodLabel,Labels,Localizations"
)
IEEE8023 = (
    "patientid,offset,sex,age,finding,RT_PCR_positive,survival,intubated,intubation_present,"
    "went_icu,in_icu,needed_supplemental_O2,extubated,temperature,pO2_saturation,leukocyte_count,"
    "neutrophil_count,lymphocyte_count,view,modality,date,location,folder,filename,doi,url,license,"
    "clinical_notes,other_notes,"
)


@dataclass(frozen=True, kw_only=True)
class Published:
    """A table, the paths of the images beside it, and its file's name."""

    file: str
    text: str
    paths: tuple[str, ...]


def _sparse(columns: str, **values: str) -> str:
    """A row of these columns, empty but for some."""
    names = columns.split(",")
    known = {name.replace("_", " "): value for name, value in values.items()}
    assert known.keys() <= set(names)
    return ",".join(known.get(name, "") for name in names)


def _ieee(patient: str, finding: str, view: str, filename: str) -> str:
    told = {"patientid": patient, "sex": "M", "age": "65", "finding": finding, "view": view}
    told |= {"modality": "X-ray", "folder": "images", "filename": filename}
    told |= {"location": '"Hanoi, Vietnam"', "date": "January 22, 2020".replace(",", "")}
    return ",".join(told.get(name, "") for name in IEEE8023.split(","))


TABLES = {
    "nih": Published(
        file="Data_Entry_2017.csv",
        text="Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,"
        "View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],\n"
        "00000001_000.png,Cardiomegaly|Effusion,0,1,058Y,M,PA,2682,2749,0.143,0.143,\n"
        "00000001_001.png,No Finding,1,1,058Y,M,AP,2894,2729,0.143,0.143,\n"
        "00000002_000.png,Effusion,0,2,414Y,F,PA,2500,2048,0.168,0.168,\n"
        "00000003_000.png,Hernia,0,3,081Y,F,PA,2582,2991,0.143,0.143,\n",
        paths=(
            "images_001/images/00000001_000.png",
            "images_001/images/00000001_001.png",
            "images_002/images/00000002_000.png",
            "images_002/images/00000009_000.png",
        ),
    ),
    "chexpert": Published(
        file="train.csv",
        text=f"Path,Sex,Age,Frontal/Lateral,AP/PA,{CHEXPERT}\n"
        + "".join(
            f"CheXpert-v1.0-small/train/{path},{who},{_sparse(CHEXPERT, **labels)}\n"
            for path, who, labels in (
                (
                    "patient00001/study1/view1_frontal.jpg",
                    "Female,68,Frontal,AP",
                    {"No_Finding": "1.0", "Pneumothorax": "0.0", "Support_Devices": "1.0"},
                ),
                (
                    "patient00002/study1/view1_frontal.jpg",
                    "Female,87,Frontal,PA",
                    {"Edema": "-1.0", "Pleural_Effusion": "1.0", "Pneumothorax": "0.0"},
                ),
                (
                    "patient00002/study1/view2_lateral.jpg",
                    "Female,87,Lateral,",
                    {"Edema": "1.0"},
                ),
            )
        ),
        paths=(
            "train/patient00001/study1/view1_frontal.jpg",
            "train/patient00002/study1/view1_frontal.jpg",
            "train/patient00002/study1/view2_lateral.jpg",
            "train/patient00003/study1/view1_frontal.jpg",
        ),
    ),
    "mimic-cxr": Published(
        file="mimic-cxr-2.0.0-chexpert.csv",
        text=f"subject_id,study_id,{MIMIC}\n"
        f"10000032,50414267,{_sparse(MIMIC, No_Finding='1.0')}\n"
        f"10000032,53189527,{_sparse(MIMIC, Edema='-1.0', Pneumonia='1.0')}\n"
        f"10000764,57375967,{_sparse(MIMIC, Consolidation='1.0', Edema='0.0')}\n",
        paths=(
            "files/p10/p10000032/s50414267/02aa804e-bde0afdd.jpg",
            "files/p10/p10000032/s50414267/174413ec-4ec4c1f7.jpg",
            "files/p10/p10000032/s53189527/2a2277a9-b0ded155.jpg",
        ),
    ),
    "padchest": Published(
        file="PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv",
        text=f"{PADCHEST}\n"
        + "".join(
            f"{row},{image}.png,0,2014{row}915,{row}77,{patient},1930.0,F,POSTEROANTERIOR,PA,"
            f"Manual review of DICOM fields,No,CR,PhilipsMedicalSystems,4765777,informe,Physician,"
            f"{labels},[]\n"
            for row, image, patient, labels in (
                (0, "205366_k6ga29", "839860", "\"['pleural effusion', 'kyphosis']\""),
                (1, "135803_000-000", "313572", "['normal']"),
                (2, "313572_0kqlrt", "313572", "\"['unchanged', 'kyphosis']\""),
                (3, "414141_aaaaaa", "414141", "['exclude']"),
                (4, "515151_bbbbbb", "515151", "['suboptimal study']"),
            )
        ),
        paths=(
            "205366_k6ga29.png",
            "135803_000-000.png",
            "313572_0kqlrt.png",
            "414141_aaaaaa.png",
            "515151_bbbbbb.png",
        ),
    ),
    "rsna": Published(
        file="stage_2_train_labels.csv",
        text="patientId,x,y,width,height,Target\n"
        "0004cfab-14fd-4e49-80ba-63a80b6bddd6,,,,,0\n"
        "00436515-870c-4b36-a041-de91049b9ab4,264.0,152.0,213.0,379.0,1\n"
        "00436515-870c-4b36-a041-de91049b9ab4,562.0,152.0,256.0,453.0,1\n",
        paths=(
            "stage_2_train_images/0004cfab-14fd-4e49-80ba-63a80b6bddd6.dcm",
            "stage_2_train_images/00436515-870c-4b36-a041-de91049b9ab4.dcm",
        ),
    ),
    "vindr": Published(
        file="train.csv",
        text="image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max\n"
        "50a418190bc3fb1ef1633bf9678929b3,No finding,14,R11,,,,\n"
        "50a418190bc3fb1ef1633bf9678929b3,No finding,14,R15,,,,\n"
        "50a418190bc3fb1ef1633bf9678929b3,No finding,14,R16,,,,\n"
        "9a5094b2563a1ef3ff50dc5c7ff71345,Cardiomegaly,3,R10,691,1375,1653,1831\n"
        "9a5094b2563a1ef3ff50dc5c7ff71345,Aortic enlargement,0,R10,1052,715,1299,966\n"
        "9a5094b2563a1ef3ff50dc5c7ff71345,Cardiomegaly,3,R8,690,1370,1650,1830\n"
        "9a5094b2563a1ef3ff50dc5c7ff71345,No finding,14,R9,,,,\n",
        paths=(
            "train/50a418190bc3fb1ef1633bf9678929b3.dicom",
            "train/9a5094b2563a1ef3ff50dc5c7ff71345.dicom",
        ),
    ),
    "ieee8023": Published(
        file="metadata.csv",
        text=f"{IEEE8023}\n"
        + _ieee("2", "Pneumonia/Viral/COVID-19", "PA", "auntminnie-a-2020_01_28.jpg")
        + "\n"
        + _ieee("5", "Pneumonia", "AP Supine", "SARS-10.1148rg.242035193-g04mr34g0-Fig8a.jpeg")
        + "\n"
        + _ieee("7", "Pneumonia/Bacterial/Streptococcus", "PA", "streptococcus-pneumoniae-1.jpg")
        + "\n"
        + _ieee("9", "No Finding", "L", "nofinding-1.png")
        + "\n"
        + _ieee("11", "todo", "PA", "later-1.png")
        + "\n",
        paths=(
            "images/auntminnie-a-2020_01_28.jpg",
            "images/SARS-10.1148rg.242035193-g04mr34g0-Fig8a.jpeg",
            "images/streptococcus-pneumoniae-1.jpg",
            "images/nofinding-1.png",
            "images/later-1.png",
        ),
    ),
    "covidx": Published(
        file="train_COVIDx9A.txt",
        text="3 SARS-10.1148rg.242035193-g04mr34g0-Fig8b.jpeg negative cohen\n"
        "419639-003251 MIDRC-RICORD-1C-419639-003251-46647-0.png positive ricord\n"
        "COVID-77 COVID-77.png positive sirm\n",
        paths=(
            "train/SARS-10.1148rg.242035193-g04mr34g0-Fig8b.jpeg",
            "train/MIDRC-RICORD-1C-419639-003251-46647-0.png",
            "train/COVID-77.png",
        ),
    ),
    "siim-covid19": Published(
        file="train_study_level.csv",
        text="id,Negative for Pneumonia,Typical Appearance,Indeterminate Appearance,"
        "Atypical Appearance\n"
        "00086460a852_study,0,1,0,0\n"
        "000c9c05fd14_study,0,0,0,1\n"
        "00292f8c37bd_study,1,0,0,0\n",
        paths=(
            "train/00086460a852/9e8302230c91/65761e66de9f.png",
            "train/000c9c05fd14/e555410bd2cd/51759b5579bc.png",
            "train/00292f8c37bd/73120b4a13cb/f6293b1c49e2.png",
        ),
    ),
    "siim-covid19-images": Published(
        file="train_image_level.csv",
        text="id,boxes,label,StudyInstanceUID\n"
        "000a312787f2_image,\"[{'x': 789.28836, 'y': 582.43035, 'width': 1026.65662, 'height': "
        '1917.30292}]",opacity 1 789.28836 582.43035 1815.94498 2499.73327,5776db0cec75\n'
        "000c3a3f293f_image,,none 1 0 0 1 1,ff0879eb20ed\n",
        paths=(
            "train/5776db0cec75/81456c9c5423/000a312787f2.png",
            "train/ff0879eb20ed/d8a644cc4f93/000c3a3f293f.png",
        ),
    ),
}


def index_of(root: Path, paths: Sequence[str], *, split: str = "train") -> DatasetIndex:
    """The index of images that nobody drew: a row a path, all readable, no class, no patient."""
    of = {
        "path": list(paths),
        "label": [""] * len(paths),
        "split": [split] * len(paths),
        "patient": list(paths),
        "sha256": [f"{number:064x}" for number in range(len(paths))],
        "mode": ["L"] * len(paths),
        "bit_depth": [8] * len(paths),
        "view": [""] * len(paths),
        "notes": [""] * len(paths),
        "error_code": [""] * len(paths),
        "error_reason": [""] * len(paths),
    }
    columns = [pa.array(of.get(field.name, [8] * len(paths)), field.type) for field in SCHEMA]
    return DatasetIndex(
        root=root,
        classes=("",),
        passed_over=0,
        patient_pattern=r"(?P<patient>p\d+)_",
        table=pa.table(columns, schema=SCHEMA),
    )


def write(root: Path, table: Published) -> DatasetIndex:
    """Puts the table into a folder; the index of its images."""
    root.mkdir(parents=True, exist_ok=True)
    (root / table.file).write_text(table.text, encoding="utf-8")
    return index_of(root, sorted(table.paths))
