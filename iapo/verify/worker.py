"""The worker process: judges the texts it is sent over a pipe, confined, one at a time.

Started by `iapo.verify.sandbox` as `python -m iapo.verify.worker ROLE FOLDER`. Messages are
length-prefixed MessagePack on standard input and output. It ends when its input does, or its parent.
"""

from __future__ import annotations

import os
import struct
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from iapo.verify.report import Format

_HEADER = struct.Struct(">I")
_STAGE = "IAPO_WORKER_STAGE"
PARENT_CHECK_SECONDS = 2.0


def _begin_again(role: str, folder: str) -> None:
    """Start this program anew with the environment that Terraform's library will read.

    The library reads the environment the process began with, and it must hold this process's id:
    Terraform watches it as the provider's.
    """
    from iapo.verify.terraform.addresses import addresses, reattach

    environment = dict(os.environ)
    environment[_STAGE] = "2"
    environment["TF_REATTACH_PROVIDERS"] = reattach(os.getpid(), addresses())
    os.execve(
        sys.executable, [sys.executable, "-m", "iapo.verify.worker", role, folder], environment
    )


def _judge_text(format: Format, text: str, path: str | None) -> Any:
    from iapo.verify import check_text

    return check_text(text, format, path=path)


def serve(role: str, folder: Path, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    from iapo.verify import confinement, wire

    limits = confinement.Limits()
    judge: Any = None
    if role == "terraform":
        from iapo.verify.terraform import open_judge

        judge = open_judge(folder)
    else:
        confinement.confine(folder, limits, offline_only=True)
    _send(answers, wire.pack({"ready": True}))
    while True:
        header = requests.read(_HEADER.size)
        if len(header) < _HEADER.size:
            return
        request: Mapping[str, Any] = wire.unpack(requests.read(_HEADER.unpack(header)[0]))
        confinement.allow_seconds(request["cpu_seconds"])
        if judge is not None:
            report = judge.check(request["files"], plan=request["plan"])
        else:
            report = _judge_text(request["format"], request["text"], request["path"])
        answer = wire.pack({"report": wire.report_to_data(report)})
        if len(answer) > wire.MAX_MESSAGE:
            answer = wire.pack({"too_large": len(answer)})
        _send(answers, answer)


def _send(stream: BinaryIO, message: bytes) -> None:
    stream.write(_HEADER.pack(len(message)) + message)
    stream.flush()


def _watch_parent() -> None:
    """End with the parent, even in the middle of a program."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            threading.Event().wait(PARENT_CHECK_SECONDS)
        os._exit(3)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Entry point of the process."""
    role, folder = sys.argv[1], sys.argv[2]
    if role == "terraform" and os.environ.get(_STAGE) != "2":
        _begin_again(role, folder)
    # What a library prints must not end up among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve_in = os.fdopen(os.dup(0), "rb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    try:
        serve(role, Path(folder), serve_in, answers)
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)
    os._exit(0)


if __name__ == "__main__":
    main()
