"""Whether real code stays writable under a guide: valid files, token by token, with their end.

    python benchmarks/guide_acceptance.py [--format F] [--model NAME] [--corpora FOLDER] [--sample N]
                                          [--bound] [--json OUT]

A program is written with the model's own tokenizer. Of Terraform it is the `.tf` files of its root
folder, one after the other; programs that use a provider without a schema are left out. Of the other
formats it is a file that `iapo verify` accepts; those that give a key twice are left out, of which it
only warns. Each rejection is listed with the place, and with what `iapo verify` says of the program:
labels can be stale. What the language is is asked without the bound on comments, blank lines and spaces that
a `Guide` has when it generates; `--bound` asks under it, too.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from terraform_corpus import DEFAULT_CORPORA, load
from transformers import AutoTokenizer

from iapo.generate.guide import GUIDED, Bound, Guide
from iapo.models import EMBEDDED
from iapo.models.embedded import embedded_folder
from iapo.models.memory import free_memory
from iapo.verify.sandbox import judge_all
from iapo.verify.terraform.catalogue import list_schemas
from iapo.verify.terraform.program import is_configuration, survey


def resident() -> float:
    """Memory that this process holds, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def root_text(files: dict[str, str]) -> str:
    """The root folder's native configuration files as one text."""
    own = [t for p, t in sorted(files.items()) if "/" not in p and p.endswith(".tf")]
    return "\n".join(text.rstrip("\n") + "\n" for text in own)


def supported(files: dict[str, str], providers: set[str]) -> bool:
    """Whether the root folder is native syntax only, of providers that have a schema."""
    root = [p for p in files if "/" not in p and is_configuration(p)]
    return bool(root) and all(p.endswith(".tf") for p in root) and (
        survey(files).root.providers <= providers
    )  # fmt: skip


def job(format: str, row: dict[str, Any]) -> dict[str, Any]:
    """What `iapo verify` is asked about a program."""
    if format == "terraform":
        return {"format": format, "files": row["files"], "plan": False}
    return {"format": format, "text": row["text"], "path": None}


def programs(format: str, corpora: Path) -> tuple[int, list[dict[str, Any]]]:
    """How many programs are labelled valid, and those that are asked about: id, files, text."""
    rows = [r for r in load(corpora, format) if r["label"] == "valid"]
    if format == "terraform":
        providers = {schema.name for schema in list_schemas()}
        chosen = [r for r in rows if supported(r["files"], providers)]
        return len(rows), [{**r, "text": root_text(r["files"])} for r in chosen]
    texts = [{**r, "text": next(iter(r["files"].values()))} for r in rows]
    reports = judge_all([job(format, row) for row in texts], timeout=30.0, workers=1)
    return len(rows), [
        row
        for row, report in zip(texts, reports, strict=True)
        if report.valid and not any(d.code == "duplicate-key" for d in report.diagnostics)
    ]


def rejection(guide: Guide, tokenizer: Any, tokens: list[int]) -> dict[str, Any] | None:
    """Where the guide does not let a text's tokens and its end pass; None where it does."""
    allowed = np.zeros(max(len(guide.vocabulary), max(guide.stop) + 1), np.bool_)
    position = guide.first
    for at, token in enumerate([*tokens, guide.stop[0]]):
        guide.allow(position, allowed)
        if not allowed[token]:
            written = tokenizer.decode(tokens[:at])
            owed = sorted(".".join(key) for key in position.ledger.owed)
            return {
                "line": written.count("\n") + 1,
                "after": written[-60:],
                "token": tokenizer.decode([token]),
                "owed": owed if token == guide.stop[0] else [],
            }
        position = guide.after(position, token)
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--format", default="terraform", choices=GUIDED)
    parser.add_argument("--model", default=EMBEDDED, help="whose tokenizer")
    parser.add_argument("--corpora", type=Path, default=Path(DEFAULT_CORPORA))
    parser.add_argument("--sample", type=int, help="only so many programs")
    parser.add_argument("--bound", action="store_true", help="comments as bounded as in generation")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    # The tokenizer alone: what is left of a model would be taken for the guide's, or lent to it.
    tokenizer = AutoTokenizer.from_pretrained(
        embedded_folder() if options.model == EMBEDDED else options.model
    )
    labelled, chosen = programs(options.format, options.corpora)
    if options.sample:
        chosen = random.Random(0).sample(chosen, min(options.sample, len(chosen)))
    free_memory(torch.device("cpu"))
    before = resident()
    bound = Bound() if options.bound else None
    guide = Guide(tokenizer, format=options.format, bound=bound)
    seconds, count, most = 0.0, 0, 0.0
    rejected: list[dict[str, Any]] = []
    jobs: list[dict[str, Any]] = []
    for row in chosen:
        tokens = tokenizer(row["text"], add_special_tokens=False)["input_ids"]
        began = time.process_time()
        found = rejection(guide, tokenizer, tokens)
        seconds += time.process_time() - began
        count += len(tokens) + 1
        most = max(most, resident() - before)
        if found is not None:
            rejected.append({"id": row["id"], **found})
            jobs.append(job(options.format, row))
    reports = judge_all(jobs, timeout=30.0, workers=1)
    for entry, report in zip(rejected, reports, strict=True):
        entry["verify"] = report.valid
        entry["says"] = [d.message[:200] for d in report.diagnostics if d.severity == "error"]
    stale = sum(entry["verify"] is False for entry in rejected)
    valid = len(chosen) - stale
    accepted = len(chosen) - len(rejected)
    for entry in rejected:
        print(f"{entry['id']}:{entry['line']}: verify says {entry['verify']} {entry['says'][:1]}")
        print(f"    {entry['after']!r} >> {entry['token']!r} {entry['owed'] or ''}")
    print(
        f"{labelled} programs labelled valid, {len(chosen)} asked about, of which verify "
        f"refuses {stale} of those the guide rejects\n"
        f"accepted {accepted} of {valid} valid ones: {100 * accepted / valid:.2f}%; "
        f"{count} tokens, {1e3 * seconds / count:.2f} ms of processor time a token, one text at a time\n"
        f"memory of the guide: {most:.0f} MB at most"
    )
    if options.json:
        options.json.write_text(
            json.dumps(
                {
                    "format": options.format,
                    "bound": None if bound is None else asdict(bound),
                    "labelled_valid": labelled,
                    "supported": len(chosen),
                    "stale_labels_among_rejected": stale,
                    "accepted": accepted,
                    "share": accepted / valid,
                    "tokens": count,
                    "milliseconds_a_token": 1e3 * seconds / count,
                    "memory_megabytes": most,
                    "rejected": rejected,
                },
                indent=1,
            )
            + "\n"
        )


if __name__ == "__main__":
    main()
