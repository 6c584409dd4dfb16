"""STARD-AI: reporting of studies of diagnostic accuracy that use AI."""

from __future__ import annotations

from typing import Final

from xraylib.reports.checklist.guide import Guide, items

STARD_AI: Final = Guide(
    name="STARD-AI",
    source="Sounderajah et al., Nature Medicine 2025;31:3283-3289",
    items=items("""
1   | Title or abstract: a study of AI's accuracy, with a figure | technique performance | title
2   | Summary | summary | conclusions
3   | Background, intended use, and its place in the work | | background purpose
4   | Aims and hypotheses | | objectives
5   | Data from before the study, or collected for it | | prospective
6   | Ethics committee, or why none was needed | | ethics
7   | Who and which images were included and left out, in order | selection | eligibility
8   | How people who might take part were found | | identified
9   | Where and when | | setting dates
10  | All in a row, a random choice, or those at hand | | series
11  | Where the data come from: routine, for the study, or public | data_set | origin
12  | Who assigned classes, with what experience, and when | | annotators annotation
13  | Machines that took the images; software that made the test | software | acquisition
14  | How images were taken and prepared, to do it again | preparation | acquisition
15a | The test itself, to do it again | model prediction |
15b | How the test was made, with the numbers of each part | training augmentation partitions |
15c | Its thresholds, and whether they were set beforehand | thresholds |
15d | Who is to use it, and what they must know | | users
16a | The reference standard, to do it again | | labels
16b | Why this reference standard | | reference_why
16c | Thresholds of the reference standard | | reference_cutoffs
17a | Whether the test knew anything of the patient or the answer | inputs |
17b | Whether those who set the reference knew what the test said | | blinding
18  | How accuracy was estimated and compared | metrics uncertainty |
19  | Results that were neither: uncertain, or not judged | uncertain_results strangers |
20  | Missing data | missing_data |
21  | Differences in accuracy between groups or conditions | subgroups robustness |
22  | Number of images wanted, and why | sample_size | sample_size_why
23  | Analysis of errors, bias and fairness | failures | fairness
24  | Flow of people, as a picture | flow |
25  | Who they are, in training, validation and test | class_counts | demographics
26a | How severe the disease is in those who have it | | severity
26b | What the others have | | alternatives
27  | Time and treatment between image and reference standard | | interval
28  | Whether disease is as common as where it is to be used | class_counts | representative
29  | Another data set, and how it differs | external_test | differences
30  | The answers against the truth, in a table | confusion |
31  | Accuracy with its precision | performance precision_of_classes |
32  | Harm that came from the test | | harm
33  | Limits: bias, uncertainty, other places | limits | limits_said
34  | What follows for practice | | implications
35  | Ethics of using it, and fairness | | fairness ethics
36  | Registration | | registration
37  | Where the whole protocol is | | protocol
38  | Who paid, and what they had a say in | | funding
39  | Commercial interests | | conflicts
40a | Whether data and code are to be had, and on which terms | code_available | data_available
40b | Whether its answers are kept and can be looked through | audit_trail |
"""),
)
