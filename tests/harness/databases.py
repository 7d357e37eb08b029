"""The databases of a run, which are locked, filled up and restarted: an SQLite file, and a PostgreSQL of its own."""

import os
import shutil
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

LOCKED_TABLES = "delivery, lease, incident, source"
POSTGRES_OPTIONS = """
listen_addresses = '127.0.0.1'
max_connections = 60
shared_buffers = 32MB
min_wal_size = 32MB
max_wal_size = 48MB
log_lock_waits = on
log_line_prefix = '%m [%p] '
"""


class NotPossible(Exception):
    """A fault cannot be made here; the text says why."""


class FaultyDatabase:
    """A database in a folder of its own, a small file system where that can be had; troubles run in a thread."""

    megabytes: int
    driver: str
    snapshot_statement: str

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.url = ""
        command = ["mount", "-t", "tmpfs", "-o", f"size={self.megabytes}m", "rootwatch-harness", str(folder)]
        self._is_mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
        self._trouble: threading.Thread | None = None

    def start(self) -> None:
        """Start the database's server, if it has one."""

    def close(self) -> None:
        """Stop the server and take the file system away."""
        self.wait_until_well()
        if self._is_mounted:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=False)

    def make_trouble(self, kind: str, seconds: float) -> None:
        """Let the database be locked, full or restarted for so long, beside what else happens; raises NotPossible."""
        if kind == "full" and not self._is_mounted:
            raise NotPossible("no file system can be mounted here, so the database cannot be full")
        self.wait_until_well()
        self._trouble = threading.Thread(target=getattr(self, f"_make_{kind}"), args=(seconds,))
        self._trouble.start()

    def wait_until_well(self) -> None:
        """Wait until the trouble is over."""
        if self._trouble is not None:
            self._trouble.join()
            self._trouble = None

    def dump(self) -> dict[str, list[dict[str, Any]]]:
        """Return all rows of all tables, as they are at one moment."""
        with self.connect() as connection:
            connection.exec_driver_sql(self.snapshot_statement)
            names = sa.inspect(connection).get_table_names()
            return {name: [dict(row) for row in connection.execute(sa.text(f'SELECT * FROM "{name}"')).mappings()]
                    for name in names}  # fmt: skip

    @contextmanager
    def connect(self) -> Iterator[sa.Connection]:
        """Connect, and close everything afterwards."""
        engine = sa.create_engine(sa.make_url(self.url).set(drivername=self.driver), poolclass=sa.NullPool)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def run_holder(self) -> str | None:
        """Return who has the lease to run the bot, None if nobody ever had it or the database does not answer."""
        with suppress(sa.exc.SQLAlchemyError), self.connect() as connection:
            holder: str | None = connection.scalar(sa.text("SELECT holder FROM lease WHERE name = 'run'"))
            return holder
        return None

    def raw_bytes(self) -> bytes:
        """Return the bytes of the files in which nothing removed may be left."""
        return b""

    def _make_full(self, seconds: float) -> None:
        ballast = self.folder / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while True:
                        file.write(bytes(size))
        time.sleep(seconds)
        ballast.unlink(missing_ok=True)
        self._repair()

    def _repair(self) -> None:
        """Bring the server back if it has ended."""


class SqliteFile(FaultyDatabase):
    """An SQLite file."""

    driver = "sqlite"
    snapshot_statement = "BEGIN"
    megabytes = 48

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.path = folder / "rootwatch.db"
        self.url = f"sqlite:///{self.path}"

    def raw_bytes(self) -> bytes:
        paths = (self.path, self.path.with_name("rootwatch.db-wal"))
        return b"".join(path.read_bytes() for path in paths if path.exists())

    def _make_locked(self, seconds: float) -> None:
        with suppress(sqlite3.OperationalError):
            connection = sqlite3.connect(self.path, isolation_level=None, timeout=20)
            try:
                connection.execute("BEGIN EXCLUSIVE")
                time.sleep(seconds)
                connection.execute("ROLLBACK")
            finally:
                connection.close()

    def _make_restarted(self, seconds: float) -> None:
        """SQLite has no server: what comes nearest is a lock that is taken and let go again and again."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._make_locked(0.3)
            time.sleep(0.1)


class PostgresCluster(FaultyDatabase):
    """A PostgreSQL server with a cluster of its own, so that it can be restarted without harm to others."""

    driver = "postgresql+psycopg"
    snapshot_statement = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
    megabytes = 320

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._binaries = _find_postgres()
        self._data = folder / "data"
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        user = "postgres"
        self.url = f"postgresql://{user}@127.0.0.1:{self._port}/postgres"
        self._log = folder.with_name("postgresql.log")  # beside the small file system, which is taken away
        self._log.touch()
        if self._as_user:
            for path in (folder, self._log):
                shutil.chown(path, "postgres")
        initdb = [str(self._binaries / "initdb"), "-D", str(self._data), "-U", user, "-A", "trust", "-N", "-E", "UTF8"]
        subprocess.run([*self._as_user, *initdb], check=True, capture_output=True, cwd=folder)
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(f"{POSTGRES_OPTIONS}port = {self._port}\nunix_socket_directories = '{folder}'\n")

    def start(self) -> None:
        self._control("start", "-l", str(self._log))

    def close(self) -> None:
        self.wait_until_well()
        self._control("stop", "-m", "immediate")
        super().close()

    def _control(self, command: str, *options: str) -> bool:
        line = [str(self._binaries / "pg_ctl"), command, "-w", "-t", "30", "-D", str(self._data), *options]
        quiet = subprocess.DEVNULL
        done = subprocess.run([*self._as_user, *line], check=False, stdout=quiet, stderr=quiet, cwd=self.folder)
        return done.returncode == 0

    def _repair(self) -> None:
        for _ in range(5):
            if self._control("status") or self._control("start", "-l", str(self._log)):
                break
            time.sleep(1)

    def _make_locked(self, seconds: float) -> None:
        with suppress(sa.exc.SQLAlchemyError), self.connect() as connection:
            connection.execute(sa.text("SET lock_timeout = '10s'"))
            connection.execute(sa.text(f"LOCK TABLE {LOCKED_TABLES} IN ACCESS EXCLUSIVE MODE"))
            time.sleep(seconds)

    def _make_restarted(self, seconds: float) -> None:
        self._control("stop", "-m", "immediate")
        time.sleep(seconds / 2)
        self._repair()


def _find_postgres() -> Path:
    """Return the folder of PostgreSQL's programs, the newest if there are several."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if program := shutil.which("initdb"):
        folders.append(Path(program).parent)
    if not folders:
        raise NotPossible("PostgreSQL's programs (initdb, pg_ctl) are not here")
    return folders[-1]
