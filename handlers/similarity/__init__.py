"""Few-shot ranking: an index of all incidents, ranked by their similarity to a handful of examples."""
