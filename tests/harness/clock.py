"""Clocks that can be set while processes run: a small library, built from clock.c, that they load before any other."""

import os
import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")


class Clocks:
    """The clocks of one topology's processes, by name; `are_movable` is False where there is no C compiler."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._files = {name: folder / f"clock-{name}" for name in names}
        self._library = folder / "clock.so"
        self.set_right()
        compiler = shutil.which("cc") or shutil.which("gcc")
        self.are_movable = compiler is not None
        if compiler:
            subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", self._library, SOURCE, "-ldl"], check=True)

    def environment(self, name: str) -> dict[str, str]:
        """Return what a process needs in its environment to have the clock of this name."""
        return {"LD_PRELOAD": str(self._library), "HARNESS_CLOCK": str(self._files[name])} if self.are_movable else {}

    def set(self, name: str, seconds: int) -> None:
        """Make one clock wrong by so many seconds, in place: its file is mapped by the process."""
        descriptor = os.open(self._files[name], os.O_RDWR | os.O_CREAT)
        try:
            os.pwrite(descriptor, struct.pack("=q", seconds), 0)
        finally:
            os.close(descriptor)

    def set_right(self) -> None:
        """Make all clocks right."""
        for name in self._files:
            self.set(name, 0)
