"""The identity of this process on a shared database, and whether another process still lives."""

import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Worker:
    """A process: its host, its process id, and when it started, in the units of its system ("" if unknown).

    The start tells a process from a later one with the same id: in a container the id is always the same.
    """

    host: str
    process_id: int
    started: str = ""

    @classmethod
    def parse(cls, worker_id: str) -> Self | None:
        """Return the process of a worker id, None for what is none."""
        host, _, rest = worker_id.partition("/")
        process_id, _, suffix = rest.partition("/")
        started, dash, _ = suffix.partition("-")
        return cls(host, int(process_id), started if dash else "") if process_id.isdigit() else None

    @property
    def is_on_this_host(self) -> bool:
        """Whether the process runs, or ran, on this host."""
        return self.host == socket.gethostname()

    @property
    def is_dead(self) -> bool:
        """Whether the process ran on this host and no longer does; False if that cannot be known."""
        if not self.is_on_this_host:
            return False
        started = _start_of(self.process_id)
        if started == "":
            return True
        if started is not None and self.started:
            return self.started != started
        # an earlier run in a container, or a process of an earlier version, of which no start is known
        return self.process_id == os.getpid() or not _runs(self.process_id)


def worker_id() -> str:
    """Return a unique identifier of this process: host, process id, start and a random part."""
    process_id = os.getpid()
    return f"{socket.gethostname()}/{process_id}/{_start_of(process_id) or ''}-{secrets.token_hex(4)}"


def is_dead_worker(worker: str) -> bool:
    """Return whether a worker id belongs to a process of this host that no longer runs."""
    process = Worker.parse(worker)
    return process is not None and process.is_dead


def describe_worker(worker: str) -> str:
    """Return a phrase for whoever looks for the process, as "process 12 on host example"."""
    process = Worker.parse(worker)
    return f"process {process.process_id} on host {process.host}" if process else "another process"


def _start_of(process_id: int) -> str | None:
    """Return when a process started, "" if it does not run, None where the system does not tell (outside Linux)."""
    if not Path("/proc/self/stat").exists():
        return None
    try:
        # the name of the program, in brackets, may contain spaces and brackets
        fields = Path(f"/proc/{process_id}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    # proc(5): field 3 is the state, 22 the start since the system's boot; a zombie has ended
    return "" if fields[0] in "ZX" else fields[19]


def _runs(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
