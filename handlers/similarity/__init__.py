"""What incidents are alike: terms, an index of them, and a ranking of all incidents by a handful of examples."""
