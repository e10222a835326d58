"""The frozen corpus of cheats: answers that look like work and are none.

`cheats(task)` gives name to answer. Each is built from the task's prompt and reference, so that the
corpus holds for every task of a format; one that changes nothing of a reference (no workload to be
scaled to nothing) does not exist for that task.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cheats_cicd import github_actions, gitlab_ci, jenkins
from cheats_docker import compose, dockerfile
from cheats_kubernetes import kubernetes
from cheats_terraform import terraform
from yaml_edits import edited

from iapo.dataset import Task

OTHER: Mapping[str, str] = {
    "terraform": "FROM alpine:3.20\nRUN apk add --no-cache curl\n",
    "kubernetes": 'resource "aws_s3_bucket" "b" {\n  bucket = "x"\n}\n',
    "dockerfile": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  A: b\n",
    "compose": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  A: b\n",
    "github-actions": "services:\n  a:\n    image: b\n",
    "gitlab-ci": "services:\n  a:\n    image: b\n",
    "jenkins": "FROM alpine:3.20\nRUN apk add --no-cache curl\n",
}
COMMENT: Mapping[str, str] = {"jenkins": "//"}
FENCE = "```"


def cheats(task: Task) -> dict[str, str]:
    """Every cheat that exists for the task."""
    mark = COMMENT.get(task.format, "#")
    commented = "".join(
        f"{mark} {line}\n" for line in (task.prompt + "\n" + task.output).splitlines()
    )
    half = task.output[: len(task.output) // 4]
    found = {
        "empty": "",
        "white space": " \n\n\t\n",
        "comments only": commented,
        "the prompt echoed": task.prompt,
        "another format's code": OTHER[task.format],
        "prose only": f"Sure! Here is how I would do it: {task.prompt} Let me know if it helps.",
        "prose around a quarter of the code": f"Here you are:\n\n{FENCE}\n{half}\n{FENCE}\n\nand so on.\n",
        "several fenced answers": f"{FENCE}\n{task.output}{FENCE}\n\nor\n\n{FENCE}\n{task.output}{FENCE}\n",
        "the input as it was": task.input,
        "an unfinished promise": f"{FENCE}\n",
        "a placeholder": "...\n",
    }  # fmt: skip
    found.update(_OF_FORMAT[task.format](task))
    same = {task.output.strip()}
    if task.format in ("kubernetes", "compose", "github-actions", "gitlab-ci"):
        same.add(edited(task.output, lambda roots: None).strip())
    return {name: text for name, text in found.items() if text.strip() not in same}


_OF_FORMAT: Mapping[str, Callable[[Task], dict[str, str]]] = {
    "terraform": terraform,
    "kubernetes": kubernetes,
    "dockerfile": dockerfile,
    "compose": compose,
    "github-actions": github_actions,
    "gitlab-ci": gitlab_ci,
    "jenkins": jenkins,
}
