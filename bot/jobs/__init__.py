"""Jobs that run on a schedule or in the background: polls, backfills, training, vote closing, cleanup."""
