"""Learn what procedural Terraform tasks can be drawn of, and write the package's data file.

1. Read the schema of every resource type of AWS, Google and Azure, and the harvested value rules.
2. Give each argument a kind of value by its name, its rules and what it refers to.
3. Write programs, judge them with the real verifier, take out what it refuses, and begin again.
4. Keep the types of which nothing is refused any more.

    python scripts/build_procedural_recipes.py [--rounds 5] [--each 8] [--only aws_sqs]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from procedural_recipes.learn import Learner
from procedural_recipes.trial import programs, reachable, refused, use, without

from iapo.dataset.procedural.providers import recipes
from iapo.dataset.procedural.providers.architecture import targets
from iapo.verify.terraform.catalogue import list_schemas, load_schema

PROVIDERS = {"aws": "5.100.0", "google": "", "azurerm": ""}
# Old names of other types, and services that are closed.
LEFT_OUT = (
    "aws_alb",
    "aws_opsworks",
    "aws_worklink",
    "aws_simpledb",
    "aws_elastictranscoder",
    "aws_qldb",
)
# Bytes of a schema: Terraform takes seconds for a program with one of those (`aws_wafv2_web_acl`).
TOO_LARGE = 100_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--each", type=int, default=8, help="programs of a type in a round")
    parser.add_argument(
        "--only", default="", help="beginning of the types to look at; writes nothing"
    )
    parser.add_argument("--out", type=Path, default=recipes.DATA)
    options = parser.parse_args()
    found: dict[str, recipes.Recipe] = {}
    for name, version in PROVIDERS.items():
        entries = [
            e for e in list_schemas() if e.name == name and e.shipped and version in ("", e.version)
        ]
        schema = load_schema(max(entries, key=lambda e: e.version))
        learner = Learner(schema)
        slow = schema.giants(TOO_LARGE)
        wanted = [
            t
            for t in sorted(schema.names["resource"])
            if not t.startswith(LEFT_OUT) and t not in slow
        ]
        learnt = {t: r for t in wanted if (r := learner.recipe(t)) is not None}
        print(f"{name}: {len(learnt)} of {len(wanted)} types have a recipe", flush=True)
        found |= learnt
    found = reachable(found)
    print(f"{len(found)} can be made with all that they need", flush=True)
    everything = [t for t in found if t.startswith(options.only)]
    look_at = everything
    for round in range(options.rounds):
        last = round == options.rounds - 1
        # Plans take ten times as long as validation: they are made of all that is left, at the end.
        look_at = everything if last else look_at
        use(found)
        start = time.time()
        tried = programs(look_at, max(2, options.each // 2) if last else options.each, str(round))
        blamed = refused(tried, plan=last)
        for (type, argument), times in blamed.most_common(15):
            print(f"  {times:4} {type}.{argument}")
        print(
            f"round {round}: {len(tried)} programs, {sum(blamed.values())} refusals, "
            f"{len(blamed)} causes, {time.time() - start:.0f} s",
            flush=True,
        )
        found = reachable(without(found, blamed))
        everything = [t for t in everything if t in found]
        changed = {type for type, _ in blamed}
        look_at = [t for t in everything if t in changed or changed & targets(found[t].body)]
        size = 0 if options.only else recipes.write(options.out, found)
        print(f"{len(found)} types are left, {size} bytes", flush=True)


if __name__ == "__main__":
    main()
