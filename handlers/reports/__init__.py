"""Read the reports of incidents by their forms: which form, its fields and figures, what a draft lacks."""
