"""TRIPOD+AI: reporting of models that predict or diagnose, by regression or machine learning."""

from __future__ import annotations

from typing import Final

from xraylib.reports.checklist.guide import Guide, items

TRIPOD_AI: Final = Guide(
    name="TRIPOD+AI",
    source="Collins et al., BMJ 2024;385:e078378",
    items=items("""
1   | The title names model, people and outcome | technique | title
2   | Abstract | summary | conclusions
3a  | Medical context, and models that there are already | | background
3b  | For whom and where in care, and who uses it | | purpose users
3c  | Known inequalities between groups of people | | inequalities
4   | Aims; whether a model is made, tested or both | | objectives
5a  | Where the data come from, and whom they stand for | data_set | origin representative
5b  | When the data were collected | | dates
6a  | Which hospitals, how many | | setting
6b  | Who was included | selection | eligibility
6c  | Treatments before the image, if they matter | | treatments
7   | Preparation of the data, and checks of their quality | preparation audit |
8a  | What is predicted, and how it was found out | | labels reference_why
8b  | Who judged it, where that takes judgement | | annotators
8c  | Whether those who judged knew the image's other data | | blinding
9a  | How the inputs were chosen | inputs |
9b  | What the inputs are, and how they were measured | inputs preparation | acquisition
9c  | Who measured inputs that take judgement | inputs |
10  | Number of images, and why it is enough | sample_size class_counts | sample_size_why
11  | Missing data, and what was left out | missing_data |
12a | What each part of the data was used for | partitions disjoint |
12b | How inputs were scaled | preparation |
12c | The model, and how it was made and tuned | model training augmentation model_selection |
12d | Differences between hospitals or other clusters | | clusters
12e | All figures and plots that tell how good it is | metrics calibration |
12f | Adjusting the model afterwards | updating |
12g | How predictions are computed | prediction |
13  | Rare classes, and what was done about them | imbalance calibration |
14  | What was done for fairness | | fairness
15  | What the model gives, and how thresholds were found | output thresholds |
16  | How training and test data differ | overlap | differences
17  | Ethics committee, and consent | | ethics
18a | Who paid | | funding
18b | Conflicts of interest | | conflicts
18c | Where the protocol is | | protocol
18d | Registration of the study | | registration
18e | Whether the data are to be had | | data_available
18f | Whether the code is to be had | code_available |
19  | Patients and public taking part in the study | | involvement
20a | Flow of people, with and without the outcome | flow |
20b | Who they are, part by part | class_counts | demographics dates
20c | How test people differ from those of training | class_counts | differences
21  | People and outcomes in each analysis | class_counts |
22  | The whole model, so that others can use it | model_available prediction |
23a | How good it is, with intervals and by group | performance precision_of_classes subgroups |
23b | How that differs between clusters | external_test | clusters
24  | How good the adjusted model is | updating |
25  | What the results mean, for fairness too | | interpretation
26  | Limits | limits | limits_said
27a | What happens with poor or missing images | strangers |
27b | What users have to do and to know | | users
27c | What should be studied next | | next_steps
"""),
)
