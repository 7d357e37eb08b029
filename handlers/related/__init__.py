"""An incident in, the earlier incidents that it refers to or resembles out, each with its reason."""
