"""What one actor gets who types these texts in the chat."""

from handlers.parsing.bug_references import parse_classify, parse_unclassify, require_bug_number
from handlers.queries.filters import parse_query


class ActorQueries:
    """The use cases with text as typed by one actor; a method's own actor, if it has one, asks instead."""

    def __init__(self, use_cases, actor):
        self.use_cases = use_cases
        self.actor = actor

    async def incidents(self, text):
        return await self.use_cases.incidents.list(self.actor, parse_query(text))

    async def incident(self, text):
        return await self.use_cases.incidents.detail(self.actor, require_bug_number(text))

    async def explain(self, text):
        return await self.use_cases.incidents.explain(self.actor, require_bug_number(text))

    async def related(self, text):
        return await self.use_cases.incidents.related(self.actor, require_bug_number(text))

    async def summary(self, text):
        return await self.use_cases.summaries.summarize(self.actor, parse_query(text))

    async def sections(self, actor=None):
        return await self.use_cases.sections.list(actor or self.actor)

    async def section(self, text, actor=None):
        return await self.use_cases.sections.detail(actor or self.actor, text)

    async def section_titles(self):
        return await self.use_cases.sections.titles(self.actor.community)

    async def suggest_sections(self, text):
        return await self.use_cases.suggestions.sections(self.actor, text)

    async def classify(self, actor, text):
        return await self.use_cases.corrections.classify(actor, *parse_classify(text))

    async def unclassify(self, actor, text):
        return await self.use_cases.corrections.unclassify(actor, *parse_unclassify(text))
