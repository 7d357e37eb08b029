"""What is read from the life of an incident as a whole: reports, roles, questions, figures, and what clocks need."""
