"""Verification workers that die while a batch is scored cost nothing but time."""

from __future__ import annotations

import threading
import time

import pytest

from iapo.dataset import create_dataset
from iapo.train.scoring import Scoring, infrastructure_reward

psutil = pytest.importorskip("psutil")


def workers():
    children = psutil.Process().children(recursive=True)
    return [p for p in children if "iapo.verify.worker" in " ".join(p.cmdline())]


@pytest.mark.slow
def test_killed_workers_are_replaced_and_every_answer_is_scored():
    tasks = list(create_dataset(split="train").filter(format="terraform"))[:12]
    texts = [task.output for task in tasks]
    expected = Scoring(infrastructure_reward(), 300)(texts, tasks)
    killed: list[int] = []
    scoring = Scoring(infrastructure_reward(), 300)
    # Other texts, so that nothing is answered from a cache.
    changed = [text + f"\n# {n}\n" for n, text in enumerate(texts)]

    def kill():
        end = time.monotonic() + 60
        while not killed and time.monotonic() < end:
            for worker in workers():
                worker.kill()
                killed.append(worker.pid)
            time.sleep(0.01)

    thread = threading.Thread(target=kill)
    thread.start()
    found = scoring(changed, tasks)
    thread.join()
    assert killed, "no worker was there to be killed"
    assert all(result is not None for result in found)
    assert [r.valid for r in found] == [r.valid for r in expected]
    assert not scoring.failures
