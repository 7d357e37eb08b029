"""The chat's own lines from a terminal or a pipe, answered as the operator."""

import asyncio
import contextlib
import difflib
import logging
import re
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, TextIO

from bot.formatting.command_specs import COMMANDS, OPERATOR_COMMANDS, SECTION_COMMANDS
from bot.terminal.layout import sanitize, style_for
from bot.terminal.progress import show_progress
from bot.terminal.render.dispatch import render
from handlers.actor import OPERATOR
from handlers.errors import UserError
from handlers.results.alerts import Alert
from handlers.results.incidents import IncidentList
from handlers.sections.command_parser import SectionCommandParser

if TYPE_CHECKING:  # they load every library that Rootwatch has
    from prompt_toolkit.completion import Completer

    from bot.app import App
    from handlers.queries.service import Queries

WATCH_HINT = (
    "This terminal shows every alert by itself while it is open; write watch or unwatch in the Discord channel "
    "that it is about."
)
OF_SECTIONS = (*SECTION_COMMANDS, *OPERATOR_COMMANDS)
WORDINGS = (*COMMANDS, *OPERATOR_COMMANDS)
QUIT = "quit"
LAST_POLLS_SECONDS = 10.0
LINES_AHEAD = 100
PAGE = re.compile(r"(?:^|\s)page:(\d{1,6})(?=\s|$)", re.IGNORECASE)

log = logging.getLogger(__name__)


class CommandInterpreter:
    """Answers one line after the other; knows nothing of where lines come from and where answers go."""

    def __init__(self, queries: "Queries", prefix: str, target: TextIO) -> None:
        self._queries = queries
        self._prefix = prefix
        self._target = target
        self._asked: dict[str, Callable[[str], Awaitable[object]]] = {
            "incidents": self._incidents,
            "incident": queries.incident,
            "why": queries.explain,
            "similar": queries.related,
            "sections": lambda _: queries.sections(OPERATOR),
            "section": lambda rest: queries.section(rest, OPERATOR),
            "summary": queries.summary,
            "classify": partial(queries.classify, OPERATOR),
            "unclassify": partial(queries.unclassify, OPERATOR),
            "status": lambda _: queries.status(),
            "watches": lambda _: queries.watches(OPERATOR),
        }
        self._asked |= {each.name: partial(self._section_line, each.name) for each in OF_SECTIONS}
        self._said: dict[str, Callable[[str], str]] = {
            "watch": lambda _: WATCH_HINT,
            "unwatch": lambda _: WATCH_HINT,
            "help": self._help,
        }

    @property
    def names(self) -> list[str]:
        """Every command that is understood."""
        return [*self._asked, *self._said, QUIT]

    async def answer(self, line: str) -> str | None:
        """Return the answer to one line as text, "" to an empty one, None where the line ends the conversation."""
        name, _, rest = line.strip().removeprefix(self._prefix).strip().partition(" ")
        name, rest = name.lower(), rest.strip()
        if name in {QUIT, "exit"}:
            return None
        if not name or name in self._said:
            return self._said[name](rest) if name else ""
        if name not in self._asked:
            return self._unknown(name)
        try:
            return self.show(await self._asked[name](rest))
        except UserError as refusal:
            return sanitize(str(refusal))
        except Exception as error:
            log.warning("%s failed: %s: %s", name, type(error).__name__, error)
            log.debug("its traceback", exc_info=error)
            return f"{name} could not be answered because of a fault in Rootwatch ({type(error).__name__})."

    def show(self, answer: object) -> str:
        """Return an answer or an alert as text for where this conversation is shown."""
        if isinstance(answer, str):
            return sanitize(answer)
        return render(answer, style_for(self._target, self._queries.bug_url))

    def _section_line(self, name: str, rest: str) -> Awaitable[object]:
        return SectionCommandParser(self._queries.section_service).handlers[name](OPERATOR, rest)

    def _incidents(self, rest: str) -> Awaitable[IncidentList]:
        page = PAGE.search(rest)
        return self._queries.incidents(PAGE.sub("", rest).strip(), page=max(int(page[1]), 1) - 1 if page else 0)

    def _help(self, name: str) -> str:
        wanted = name.lower().removeprefix(self._prefix)
        if wording := next((each for each in WORDINGS if each.name == wanted), None):
            examples = "".join(f"\n  for example: {each}" for each in wording.examples)
            return f"{wording.name} {wording.usage}".strip() + f"\n  {wording.summary}{examples}"
        known = [each for each in WORDINGS if each.name in self.names]
        widest = max(len(each.name) for each in known)
        return "\n".join([*(f"{each.name:<{widest}}  {each.summary}" for each in known), f"{QUIT:<{widest}}  The end"])

    def _unknown(self, name: str) -> str:
        close = difflib.get_close_matches(name, self.names, 1)
        hint = f"did you mean {close[0]}?" if close else "help lists what there is."
        return f"There is no command {sanitize(name, 40)}; {hint}"


async def run_repl(
    app: "App",
    prefix: str = "!",
    source: TextIO | None = None,
    target: TextIO | None = None,
    errors: TextIO | None = None,
) -> int:
    """Answer every line of `source` until its end, on `target`; returns the exit code.

    The schedule runs meanwhile; the first line is answered when all titles are there or cannot be had.
    """
    source, target, errors = source or sys.stdin, target or sys.stdout, errors or sys.stderr
    conversation = CommandInterpreter(app.queries, prefix, target)
    try:
        told = await _wait_for_titles(app, errors)
        if source.isatty() and target.isatty():
            await _prompt(app, conversation)
        else:
            await _pipe(conversation, source, target)
            # the answers did not wait for the first polls; whether those failed is still worth a word
            await app.wait_idle(LAST_POLLS_SECONDS)
            await _tell_failures(app, errors, told)
    finally:
        await app.stop()
    return 0


async def _wait_for_titles(app: "App", errors: TextIO) -> set[str]:
    """Start the schedule and wait, showing how far it is; then name the sources that could not be read."""
    with show_progress(errors) as progress:
        await app.start_schedule(progress)
        await app.wait_until_queryable()
    return await _tell_failures(app, errors, set())


async def _tell_failures(app: "App", errors: TextIO, told: set[str]) -> set[str]:
    """Name the sources that cannot be read, each once; gives those that were named by now."""
    for each in (await app.queries.status()).sources:
        if each.error and each.name not in told:
            told = told | {each.name}
            sentence = f"{each.name} cannot be read now, so answers come from what is stored: {each.error}"
            errors.write(sanitize(sentence) + "\n")
    errors.flush()
    return told


async def _pipe(conversation: CommandInterpreter, source: TextIO, target: TextIO) -> None:
    async for line in _lines(source):
        answer = await conversation.answer(line)
        if answer is None:
            return
        if answer:
            target.write(answer + "\n\n")
            target.flush()


async def _lines(source: TextIO) -> AsyncIterator[str]:
    """Read in a daemon thread: a pipe that stays silent must hold up neither the polls nor the end."""
    queue: asyncio.Queue[str | None] = asyncio.Queue()
    room = threading.Semaphore(LINES_AHEAD)
    loop = asyncio.get_running_loop()

    def feed() -> None:
        # the loop is closed when nobody listens any more; a source that cannot be read has ended
        with contextlib.suppress(RuntimeError):
            with contextlib.suppress(OSError):
                for line in source:
                    room.acquire()
                    loop.call_soon_threadsafe(queue.put_nowait, line)
            loop.call_soon_threadsafe(queue.put_nowait, None)

    threading.Thread(target=feed, name="standard input", daemon=True).start()
    while (line := await queue.get()) is not None:
        room.release()
        yield line


def _completer(app: "App", conversation: CommandInterpreter) -> "Completer":
    """Suggest commands first, then what the command is about."""
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document

    class Suggestions(Completer):
        def get_completions(self, document: Document, complete_event: CompleteEvent) -> list[Completion]:  # noqa: ARG002
            return []

        async def get_completions_async(
            self,
            document: Document,
            complete_event: CompleteEvent,  # noqa: ARG002
        ) -> AsyncGenerator[Completion, None]:
            typed = document.text_before_cursor
            for word, replaced in await suggest_completions(app.queries, conversation.names, typed):
                yield Completion(word, start_position=-replaced)

    return Suggestions()


async def _prompt(app: "App", conversation: CommandInterpreter) -> None:
    """Prompt on a terminal; alerts appear above the prompt as they come."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import InMemoryHistory
    from prompt_toolkit.patch_stdout import patch_stdout

    completer = _completer(app, conversation)
    session: PromptSession[str] = PromptSession(history=InMemoryHistory(), completer=completer)
    # raw: our own text is clean already and brings its own colours
    with patch_stdout(raw=True):

        def show(alert: Alert) -> None:
            sys.stdout.write(conversation.show(alert) + "\n")

        def tell(sentence: str) -> None:
            sys.stdout.write(sanitize(sentence) + "\n")

        app.stream_events(show, tell)
        while True:
            try:
                answer = await conversation.answer(await session.prompt_async("rootwatch> "))
            except EOFError:
                return
            except KeyboardInterrupt:
                continue  # as in a shell: it drops the line, the end is Ctrl-D
            if answer is None:
                return
            if answer:
                sys.stdout.write(answer + "\n\n")


async def suggest_completions(queries: "Queries", commands: list[str], typed: str) -> list[tuple[str, int]]:
    """Return words that may follow, each with how many typed characters it replaces."""
    name, space, rest = typed.lstrip("! ").partition(" ")
    if not space:
        return [(each, len(name)) for each in commands if each.startswith(name.lower())]
    rest = rest.lstrip()
    if name in {"incidents", "summary"}:
        return [(each, len(rest)) for each in await queries.suggest_owners(rest)]
    if name == "section" or name in {each.name for each in OF_SECTIONS}:
        return [(key, len(rest)) for key, _ in await queries.suggest_sections(rest)]
    if name in {"classify", "unclassify"} and " " in rest:
        section = rest.partition(" ")[2].lstrip()
        return [(key, len(section)) for key, _ in await queries.suggest_sections(section)]
    if name in {"incident", "why", "similar", "classify", "unclassify"}:
        return [(str(bug), len(rest)) for bug, _ in await queries.suggest_bugs(rest)]
    return [(each.name, len(rest)) for each in WORDINGS if name == "help" and each.name.startswith(rest)]
