"""Walking finds what is the user's own infrastructure code, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from iapo.errors import InputError
from iapo.verify.discover import MAX_BYTES, find_targets

BUCKET = 'resource "aws_s3_bucket" "b" {}\n'
POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n"


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def found(root: Path) -> dict[str, str | None]:
    return {str(Path(t.path).relative_to(root)): t.format for t in find_targets([root])}


def test_a_directory_of_terraform_files_is_one_module(tmp_path: Path) -> None:
    write(tmp_path, {"a.tf": BUCKET, "b.tf": BUCKET, "modules/x/main.tf": BUCKET})
    assert found(tmp_path) == {".": "terraform", "modules/x": "terraform"}


def test_other_formats_are_found_by_name_and_content(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "Dockerfile": "FROM alpine\n",
            "k8s/pod.yaml": POD,
            ".github/workflows/ci.yml": "on: push\njobs: {}\n",
            "notes.yaml": "a: 1\n",
            "README.md": "# x\n",
        },
    )
    assert found(tmp_path) == {
        "Dockerfile": "dockerfile",
        "k8s/pod.yaml": "kubernetes",
        ".github/workflows/ci.yml": "github-actions",
    }


def test_foreign_folders_and_helm_templates_are_passed_over(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".terraform/modules/x/main.tf": BUCKET,
            "node_modules/p/Dockerfile": "FROM alpine\n",
            "chart/Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n",
            "chart/templates/pod.yaml": POD,
        },
    )
    assert found(tmp_path) == {}


def test_a_link_to_a_directory_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"in/pod.yaml": POD})
    (tmp_path / "in" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert found(tmp_path / "in") == {"pod.yaml": "kubernetes"}


def test_a_named_file_is_judged_even_when_its_format_is_unknown(tmp_path: Path) -> None:
    write(tmp_path, {"x.yaml": "a: 1\n"})
    (target,) = find_targets([tmp_path / "x.yaml"])
    assert target.format is None
    assert target.text == "a: 1\n"


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        list(find_targets([tmp_path / "missing"]))
    (tmp_path / "big.yaml").write_bytes(b"a" * (MAX_BYTES + 1))
    with pytest.raises(InputError, match="larger than 10 MB"):
        list(find_targets([tmp_path / "big.yaml"]))


def test_bytes_that_are_no_utf8_do_not_stop_the_walk(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(b"FROM \xff\xfe\n")
    assert found(tmp_path) == {"Dockerfile": "dockerfile"}


def test_patches_of_a_kustomization_are_no_manifests(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "kustomization.yaml": "patches:\n  - path: patch.yaml\npatchesStrategicMerge: [./b.yaml]\n",
            "patch.yaml": POD,
            "b.yaml": POD,
            "c.yaml": POD,
        },
    )
    assert found(tmp_path) == {"c.yaml": "kubernetes"}


def test_json_manifests_are_found_and_other_json_is_not(tmp_path: Path) -> None:
    write(tmp_path, {"a.json": '{"apiVersion": "v1", "kind": "Pod"}', "package.json": '{"a": 1}'})
    assert found(tmp_path) == {"a.json": "kubernetes"}


def test_patterns_exclude_files_and_folders(tmp_path: Path) -> None:
    write(tmp_path, {"a/pod.yaml": POD, "b/pod.yaml": POD, "b/c/x.yaml": POD, "d.bak.yaml": POD})
    kept = find_targets([tmp_path], exclude=["b", "*.bak.yaml"])
    assert [Path(t.path).name for t in kept] == ["pod.yaml"]


def test_a_file_is_a_target_once(tmp_path: Path) -> None:
    write(tmp_path, {"pod.yaml": POD})
    (tmp_path / "link.yaml").symlink_to(tmp_path / "pod.yaml")
    named = [tmp_path / "pod.yaml", tmp_path, tmp_path / "pod.yaml"]
    assert [t.path for t in find_targets(named)] == [str(tmp_path / "pod.yaml")]


def test_what_a_walk_cannot_read_is_said_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_bytes(b"a" * (MAX_BYTES + 1))
    write(tmp_path, {"pod.yaml": POD})
    big, pod = find_targets([tmp_path])
    assert big.unreadable is not None
    assert (big.format, pod.format) == (None, "kubernetes")
