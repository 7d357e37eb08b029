"""The chat commands from a terminal or a pipe, answered for the operator."""

import asyncio
import contextlib
import difflib
import logging
import re
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol, TextIO

from bot.formatting.command_specs import COMMANDS, OPERATOR_COMMANDS, SECTION_COMMANDS
from bot.formatting.hints import error_lines
from bot.polling.results import Progress
from bot.terminal.layout import sanitize, style_for
from bot.terminal.progress import show_progress
from bot.terminal.render.dispatch import render
from handlers.actor import OPERATOR
from handlers.errors import UserError
from handlers.parsing.bug_references import parse_classify, parse_unclassify, require_bug_number
from handlers.queries.commitment_filters import parse_commitment_query
from handlers.queries.deadline_filters import DeadlineQuery, parse_deadline_query
from handlers.queries.explanations import Explanations
from handlers.queries.filters import parse_query
from handlers.queries.message_filters import parse_message_query
from handlers.results.alerts import Alert
from handlers.results.deadlines import IncidentCard, MissedHistory
from handlers.results.explanations import Explanation
from handlers.results.incidents import IncidentList
from handlers.results.messages import MessageList
from handlers.results.queue import Queue
from handlers.sections.command_parser import SectionCommandParser

if TYPE_CHECKING:  # prompt_toolkit is not needed in a pipe
    from prompt_toolkit.completion import Completer

    from handlers.queries.suggestions import Suggestions
    from handlers.use_cases import UseCases

WATCH_HINT = (
    "This terminal shows every alert by itself while it is open; write watch or unwatch in the Discord channel "
    "that it is about."
)
DRAFT_HINT = "In a terminal the command rootwatch check-report FILE checks a draft, without a database or a network."
DEMO_HINT = "Without a network, make demo (or rootwatch demo) shows Rootwatch in the browser on a bundled record."
SECTION_SPECS = (*SECTION_COMMANDS, *OPERATOR_COMMANDS)
ALL_SPECS = (*COMMANDS, *OPERATOR_COMMANDS)
QUIT = "quit"
PAGE_OPTION = re.compile(r"(?:^|\s)page:(\d{1,6})(?=\s|$)", re.IGNORECASE)
FINAL_POLLS_TIMEOUT_SECONDS = 10.0
READ_AHEAD = 100

log = logging.getLogger(__name__)


class Program(Protocol):
    """What the interactive chat uses of the running program (`bot.app.App`)."""

    use_cases: "UseCases"

    async def start_schedule(self, progress: Progress | None = None) -> None:
        """Start the polls and the other jobs."""

    async def wait_until_queryable(self) -> str | None:
        """Wait for the first stored incidents."""

    def stream_events(self, show_alert: Callable[[Alert], None], show_problem: Callable[[str], None]) -> None:
        """Pass each new alert and each new problem to these callbacks."""

    async def wait_idle(self, seconds: float) -> None:
        """Wait for the jobs due at the start, for at most `seconds`."""

    async def stop(self) -> None:
        """Stop everything that runs."""


class CommandInterpreter:
    """Answers one command line after the other; independent of where lines come from and where replies go."""

    def __init__(self, use_cases: "UseCases", prefix: str, target: TextIO) -> None:
        self._use_cases = use_cases
        self._prefix = prefix
        self._target = target
        self._handlers: dict[str, Callable[[str], Awaitable[object]]] = {
            "incidents": self._incidents,
            "list": self._messages,
            "incident": self._incident,
            "deadlines": lambda text: use_cases.deadlines.list(OPERATOR, parse_deadline_query(text), 0),
            "history": self._history,
            "commitments": lambda text: use_cases.commitments.list(OPERATOR, parse_commitment_query(text), 0),
            "queue": self._queue,
            "explain": self._explain,
            "why": lambda text: use_cases.incidents.explain(OPERATOR, require_bug_number(text)),
            "similar": lambda text: use_cases.incidents.related(OPERATOR, require_bug_number(text)),
            "sections": lambda _: use_cases.sections.list(OPERATOR),
            "section": lambda text: use_cases.sections.detail(OPERATOR, text),
            "summary": lambda text: use_cases.summaries.summarize(OPERATOR, parse_query(text)),
            "classify": lambda text: use_cases.corrections.classify(OPERATOR, *parse_classify(text)),
            "unclassify": lambda text: use_cases.corrections.unclassify(OPERATOR, *parse_unclassify(text)),
            "status": lambda _: use_cases.status.status(),
            "watches": lambda _: use_cases.routes.list(OPERATOR),
            "settings": lambda _: use_cases.settings.show(OPERATOR),
        }
        self._handlers |= {spec.name: partial(self._section_command, spec.name) for spec in SECTION_SPECS}
        self._static_replies: dict[str, Callable[[str], str]] = {
            "watch": lambda _: WATCH_HINT,
            "unwatch": lambda _: WATCH_HINT,
            "checkreport": lambda _: DRAFT_HINT,
            "help": self._help,
        }

    @property
    def names(self) -> list[str]:
        """The names of all commands."""
        return [*self._handlers, *self._static_replies, QUIT]

    async def reply(self, line: str) -> str | None:
        """Return the reply to a line as text: "" to an empty line, None if the line ends the session."""
        name, _, text = line.strip().removeprefix(self._prefix).strip().partition(" ")
        name, text = name.lower(), text.strip()
        if name in {QUIT, "exit"}:
            return None
        if not name or name in self._static_replies:
            return self._static_replies[name](text) if name else ""
        if name not in self._handlers:
            return self._unknown_command(name)
        try:
            return self.show(await self._handlers[name](text))
        except UserError as error:
            return "\n".join(map(sanitize, error_lines(error)))
        except Exception as error:
            log.warning("%s failed: %s: %s", name, type(error).__name__, error)
            log.debug("its traceback", exc_info=error)
            return f"{name} could not be answered because of a fault in Rootwatch ({type(error).__name__})."

    def show(self, result: object) -> str:
        """Return a result or an alert as text in the style of the target stream."""
        if isinstance(result, str):
            return sanitize(result)
        return render(result, style_for(self._target, self._use_cases.bug_url))

    def _section_command(self, name: str, text: str) -> Awaitable[object]:
        return SectionCommandParser(self._use_cases.custom_sections).handlers[name](OPERATOR, text)

    def _incidents(self, text: str) -> Awaitable[IncidentList]:
        return self._use_cases.incidents.list(OPERATOR, parse_query(text), 0)

    def _messages(self, text: str) -> Awaitable[MessageList]:
        page = PAGE_OPTION.search(text)
        query = parse_message_query(PAGE_OPTION.sub("", text))
        return self._use_cases.messages.list(OPERATOR, query, max(int(page[1]), 1) - 1 if page else 0)

    async def _incident(self, text: str) -> IncidentCard:
        bug = require_bug_number(text)
        detail = await self._use_cases.incidents.detail(OPERATOR, bug)
        return IncidentCard(detail, await self._use_cases.deadlines.list(OPERATOR, DeadlineQuery(bug=bug)))

    def _history(self, text: str) -> Awaitable[MissedHistory]:
        page = PAGE_OPTION.search(text)
        ca = PAGE_OPTION.sub("", text).strip()
        return self._use_cases.missed_clocks.history(OPERATOR, ca, max(int(page[1]), 1) - 1 if page else 0)

    def _queue(self, text: str) -> Awaitable[Queue]:
        page = PAGE_OPTION.search(text)
        return self._use_cases.queue.list(OPERATOR, max(int(page[1]), 1) - 1 if page else 0)

    async def _explain(self, text: str) -> Explanation:
        return self._use_cases.explanations.explain(text)

    def _help(self, text: str) -> str:
        name = text.lower().removeprefix(self._prefix)
        if spec := next((spec for spec in ALL_SPECS if spec.name == name), None):
            examples = "".join(f"\n  for example: {example}" for example in spec.examples)
            return f"{spec.name} {spec.usage}".strip() + f"\n  {spec.summary}{examples}"
        specs = [spec for spec in ALL_SPECS if spec.name in self.names]
        width = max(len(spec.name) for spec in specs)
        rows = [f"{spec.name:<{width}}  {spec.summary}" for spec in specs]
        return "\n".join([*rows, f"{QUIT:<{width}}  End the session"])

    def _unknown_command(self, name: str) -> str:
        similar = difflib.get_close_matches(name, self.names, 1)
        hint = f"did you mean {similar[0]}?" if similar else "help lists all commands."
        return f"There is no command {sanitize(name, 40)}; {hint}"


async def run_repl(
    app: Program,
    prefix: str = "!",
    source: TextIO | None = None,
    target: TextIO | None = None,
    errors: TextIO | None = None,
) -> int:
    """Answer every line of `source` until its end, on `target`; return the exit code.

    Polls are scheduled meanwhile; the first line is answered once titles are stored or could not be fetched.
    """
    source, target, errors = source or sys.stdin, target or sys.stdout, errors or sys.stderr
    interpreter = CommandInterpreter(app.use_cases, prefix, target)
    try:
        reported = await _wait_until_queryable(app, errors)
        if source.isatty() and target.isatty():
            await _run_prompt(app, interpreter)
        else:
            await _run_pipe(interpreter, source, target)
            # replies did not wait for the first polls; failures of these are reported at the end
            await app.wait_idle(FINAL_POLLS_TIMEOUT_SECONDS)
            await _print_failures(app, errors, reported)
    finally:
        await app.stop()
    return 0


async def _wait_until_queryable(app: Program, errors: TextIO) -> set[str]:
    """Start the schedule, show progress until there are incidents to query, and print the failing sources."""
    with show_progress(errors) as progress:
        await app.start_schedule(progress)
        await app.wait_until_queryable()
    return await _print_failures(app, errors, set())


async def _print_failures(app: Program, errors: TextIO, reported: set[str]) -> set[str]:
    """Print each failing source that was not `reported` yet; return the names of all reported ones."""
    status = await app.use_cases.status.status()
    failing = [source for source in status.sources if source.error and source.name not in reported]
    basis = "so replies come from what is stored" if status.incidents else "and nothing is stored yet"
    sentences = [f"{source.name} cannot be read now, {basis}: {source.error}" for source in failing]
    if failing and not status.incidents and not reported:
        sentences.append(DEMO_HINT)
    errors.writelines(f"{sanitize(sentence)}\n" for sentence in sentences)
    errors.flush()
    reported = reported | {source.name for source in failing}
    return reported


async def _run_pipe(interpreter: CommandInterpreter, source: TextIO, target: TextIO) -> None:
    async for line in _read_lines(source):
        text = await interpreter.reply(line)
        if text is None:
            return
        if text:
            target.write(text + "\n\n")
            target.flush()


async def _read_lines(source: TextIO) -> AsyncIterator[str]:
    """Yield lines read in a daemon thread: a silent pipe must block neither the polls nor the exit."""
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    slots = threading.Semaphore(READ_AHEAD)
    loop = asyncio.get_running_loop()

    def feed() -> None:
        # RuntimeError: the loop is closed after the session; OSError: an unreadable source has ended
        with contextlib.suppress(RuntimeError):
            with contextlib.suppress(OSError):
                for line in source:
                    slots.acquire()
                    loop.call_soon_threadsafe(queue.put_nowait, line)
            loop.call_soon_threadsafe(queue.put_nowait, None)

    threading.Thread(target=feed, name="standard input", daemon=True).start()
    while (line := await queue.get()) is not None:
        slots.release()
        yield line


def _create_completer(app: Program, interpreter: CommandInterpreter) -> "Completer":
    """Return a completer for command names and their arguments."""
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document

    class CommandCompleter(Completer):
        def get_completions(self, document: Document, complete_event: CompleteEvent) -> list[Completion]:  # noqa: ARG002
            return []

        async def get_completions_async(
            self,
            document: Document,
            complete_event: CompleteEvent,  # noqa: ARG002
        ) -> AsyncGenerator[Completion, None]:
            typed = document.text_before_cursor
            for completion, length in await suggest_completions(app.use_cases.suggestions, interpreter.names, typed):
                yield Completion(completion, start_position=-length)

    return CommandCompleter()


async def _run_prompt(app: Program, interpreter: CommandInterpreter) -> None:
    """Prompt on a terminal; new alerts appear above the prompt."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import InMemoryHistory
    from prompt_toolkit.patch_stdout import patch_stdout

    completer = _create_completer(app, interpreter)
    session: PromptSession[str] = PromptSession(history=InMemoryHistory(), completer=completer)
    # raw: the text is sanitized already and contains its own colour codes
    with patch_stdout(raw=True):

        def print_alert(alert: Alert) -> None:
            sys.stdout.write(interpreter.show(alert) + "\n")

        def print_sentence(sentence: str) -> None:
            sys.stdout.write(sanitize(sentence) + "\n")

        app.stream_events(print_alert, print_sentence)
        while True:
            try:
                text = await interpreter.reply(await session.prompt_async("rootwatch> "))
            except EOFError:
                return
            except KeyboardInterrupt:
                continue  # as in a shell, Ctrl-C drops the line and Ctrl-D ends the session
            if text is None:
                return
            if text:
                sys.stdout.write(text + "\n\n")


async def suggest_completions(suggestions: "Suggestions", commands: list[str], typed: str) -> list[tuple[str, int]]:
    """Return possible completions, each with how many typed characters it replaces."""
    name, space, text = typed.lstrip("! ").partition(" ")
    if not space:
        return [(command, len(name)) for command in commands if command.startswith(name.lower())]
    text = text.lstrip()
    if name in {"incidents", "list", "summary", "deadlines", "history", "commitments"}:
        return [(owner, len(text)) for owner in await suggestions.owners(text)]
    if name == "section" or name in {spec.name for spec in SECTION_SPECS}:
        return [(key, len(text)) for key, _ in await suggestions.sections(OPERATOR, text)]
    if name in {"classify", "unclassify"} and " " in text:
        section = text.partition(" ")[2].lstrip()
        return [(key, len(section)) for key, _ in await suggestions.sections(OPERATOR, section)]
    if name in {"incident", "why", "similar", "classify", "unclassify"}:
        return [(str(bug), len(text)) for bug, _ in await suggestions.bugs(text)]
    return [(word, len(text)) for word in _suggest_words(name, text)]


def _suggest_words(name: str, text: str) -> list[str]:
    """Return what a command that asks no database may be completed with."""
    if name == "explain":
        return [key for key, _ in Explanations().suggest(text)]
    return [spec.name for spec in ALL_SPECS if name == "help" and spec.name.startswith(text)]
