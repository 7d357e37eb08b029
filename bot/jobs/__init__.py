"""What runs beside the polls: the schedule, backfills, training."""
