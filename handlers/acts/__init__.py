"""Who does what in the comments of a bug: roles, questions, answers, changes of action items, promises."""
