"""A data set as a map: every image a point, near those that look alike.

    chart = make_map("chest", index, run=None, method="pca")
    chart.paths, chart.places

| module | question |
|---|---|
| `features` | what does the audit, or a run's network, make of each image? |
| `placing` | where does each image stand in the plane? |
| `image_map` | the map itself, made once and kept with the data set |
"""
