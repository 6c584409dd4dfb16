"""CLAIM: Checklist for Artificial Intelligence in Medical Imaging, 2024 update."""

from __future__ import annotations

from typing import Final

from xraylib.reports.checklist.guide import Guide, items

CLAIM: Final = Guide(
    name="CLAIM 2024",
    source="Tejani et al., Radiology: Artificial Intelligence 2024;6(4):e240300",
    items=items("""
1  | The title or abstract says that this is AI, and which kind | technique | title
2  | Summary of design, methods, results and conclusions | summary | conclusions
3  | Background, and what the model is to be used for | | background purpose
4  | Aims and hypotheses | | objectives
5  | Data from before the study, or collected for it | | prospective
6  | What the study is for: making, trying or comparing a model | | goal
7  | Where the images come from | data_set | origin
8  | Who and what was included and left out | selection | eligibility
9  | How images were prepared for the network | preparation |
10 | How a part of the data was chosen, if it was | selection |
11 | How the images were made anonymous | | deidentification
12 | What was done about missing data | missing_data |
13 | How the images were taken: machines, views, settings | | acquisition
14 | How it was found out what each image shows (reference standard) | | labels
15 | Why this reference standard | | reference_why
16 | Who assigned the classes, and with what experience | | annotators
17 | How the test images got their classes, with which tools | | annotation
18 | How far those who assigned classes agree | | agreement
19 | How images were divided into training, validation and test | partitions imbalance |
20 | Whether a patient's images stay on one side | disjoint |
21 | How many test images are enough, and why | sample_size | sample_size_why
22 | The whole model: layers, inputs and outputs | model |
23 | Software and its versions | software |
24 | First weights, and what they were trained on before | initial_weights |
25 | How it was trained: settings, augmentation, when it stopped | training augmentation |
26 | How the final weights were chosen | model_selection |
27 | Several models put together, if there are | ensemble |
28 | Which figures tell how good it is | metrics |
29 | How intervals and tests were made | uncertainty |
30 | Robustness against small changes | robustness |
31 | How its answers are explained, and whether that was checked | explanation explanation_check |
32 | Tested on images of the same source | internal_test |
33 | Tested on images of another source | external_test |
34 | Registration of a trial | | registration
35 | How many were included and left out, as a flow | flow |
36 | Age, sex and disease of the patients, part by part | class_counts | demographics
37 | Figures on every part, and by group | performance subgroups |
38 | Accuracy with its precision | precision_of_classes |
39 | What it gets wrong | failures confusion |
40 | Limits of the study | limits | limits_said
41 | What follows for practice | | implications
42 | Where the whole protocol is | | protocol
43 | Where software, model and data are to be had | model_available | data_available
44 | Who paid, and what they had a say in | | funding
"""),
)
