"""How a run bears changes of its images that have nothing to do with disease."""
