"""Whether another process still lives, by the id that it left in the database."""

import os
import socket
import subprocess
import sys

from bot.worker import Worker, is_dead_worker, worker_id

CHILD = "import sys; sys.path.insert(0, '.'); from bot.worker import worker_id; print(worker_id(), flush=True); input()"


def test_this_process_lives():
    assert not is_dead_worker(worker_id())


def test_a_process_that_was_killed_is_dead_even_before_anybody_has_waited_for_it():
    child = subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    other = child.stdout.readline().strip()
    assert Worker.parse(other).process_id == child.pid
    assert not is_dead_worker(other)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and is still a zombie
    assert is_dead_worker(other)
    child.wait()
    assert is_dead_worker(other)


def test_a_later_process_with_the_same_id_is_another():
    host, process_id = socket.gethostname(), os.getpid()
    assert is_dead_worker(f"{host}/{process_id}/1-abcd")  # started when the system did
    assert is_dead_worker(f"{host}/{process_id}/abcd")  # of an earlier version, which stored no start


def test_of_another_host_nothing_is_known():
    assert not is_dead_worker("elsewhere/1/1-abcd")
    assert not is_dead_worker("")
