"""The renderer for each type of result."""

from collections.abc import Callable

from bot.terminal.layout import Line, OutputStyle, to_text
from bot.terminal.render.alerts import (
    render_catch_up_alert,
    render_incident_alert,
    render_message_alert,
    render_withdrawn_alert,
)
from bot.terminal.render.commitments import render_commitments
from bot.terminal.render.corrections import render_correction
from bot.terminal.render.deadlines import render_deadlines, render_history, render_incident_card
from bot.terminal.render.explanations import render_term
from bot.terminal.render.incidents import render_explanation, render_incident, render_incidents
from bot.terminal.render.messages import render_messages
from bot.terminal.render.queue import render_queue
from bot.terminal.render.related import render_related
from bot.terminal.render.sections import (
    render_ballot,
    render_label_result,
    render_preview,
    render_proposal,
    render_section,
    render_section_state,
    render_sections,
    render_vote_rules,
)
from bot.terminal.render.status import render_routes, render_status
from bot.terminal.render.summaries import render_bug_summary, render_group_summary
from handlers.results.alerts import CatchUpAlert, IncidentAlert, MessageAlert, RouteList, WithdrawnAlert
from handlers.results.commitments import CommitmentList
from handlers.results.corrections import CorrectionResult
from handlers.results.deadlines import DeadlineList, IncidentCard, MissedHistory
from handlers.results.explanations import Explanation
from handlers.results.incidents import IncidentDetail, IncidentList, SectionExplanation
from handlers.results.messages import MessageList
from handlers.results.proposals import LabelResult, Preview, Proposal
from handlers.results.queue import Queue
from handlers.results.related import RelatedIncidents
from handlers.results.sections import SectionDetail
from handlers.results.status import Status
from handlers.results.summaries import BugSummary, GroupSummary
from handlers.results.votes import Ballot, VoteRules
from storage.values.sections import CustomSection

RENDERERS: dict[type, Callable[..., list[Line]]] = {
    IncidentList: render_incidents,
    MessageList: render_messages,
    IncidentDetail: render_incident,
    SectionExplanation: render_explanation,
    IncidentCard: render_incident_card,
    DeadlineList: render_deadlines,
    MissedHistory: render_history,
    CommitmentList: render_commitments,
    Queue: render_queue,
    Explanation: render_term,
    RelatedIncidents: render_related,
    CorrectionResult: render_correction,
    tuple: render_sections,
    list: render_sections,
    SectionDetail: render_section,
    GroupSummary: render_group_summary,
    BugSummary: render_bug_summary,
    Status: render_status,
    RouteList: render_routes,
    IncidentAlert: render_incident_alert,
    MessageAlert: render_message_alert,
    CatchUpAlert: render_catch_up_alert,
    WithdrawnAlert: render_withdrawn_alert,
}

SECTION_RENDERERS: dict[type, Callable[..., list[Line]]] = {
    Preview: render_preview,
    Proposal: render_proposal,
    CustomSection: render_section_state,
    Ballot: render_ballot,
    LabelResult: render_label_result,
    VoteRules: render_vote_rules,
}


def render(result: object, style: OutputStyle) -> str:
    """Return a result of any of these types as text without a final line break."""
    return to_text((RENDERERS | SECTION_RENDERERS)[type(result)](result, style), style)
