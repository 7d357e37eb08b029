"""The words that say nothing about what happened: no features of the classifier, not compared, never reasons."""

from handlers.text.words import tokenize

STOP_WORDS: frozenset[str] = frozenset(
    tokenize(
        "a about after all also am an and any are around as at be because been before but by can could currently did "
        "do does due during each for from had has have he how however i if in into is it its later may me more most my "
        "no not of on one only or other our pm s should since so some such than that the their them then there these "
        "they this three to two us use used using utc was we were what when which who will with would you your "
        # Numbers, and what every incident is about.
        "0 bug ca cas cert certificate incident issue report"
    )
)
