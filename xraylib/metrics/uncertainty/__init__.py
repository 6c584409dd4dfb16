"""How sure a metric is: standard errors, 95 % intervals, and how far they can be trusted."""
