"""The same request about other things: names, numbers, addresses replaced wherever they stand.

A hand-written task says its wishes in a person's words, which generated tasks lack, but there are
few of them. A variation keeps the words and replaces what the writer was free to choose: in the
prompt, the reference, the intent at once. What answers all of them is not in the memory of the
one answer but in the prompt.

What was free to choose is not known; it is guessed, and `check_tasks` judges the guess like any
other task: reference verified, intent met, every value said. Guesses that fail are thrown away.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from iapo.dataset.check import check_tasks
from iapo.dataset.task import Dataset, Task
from iapo.intent import MATCHERS, Intent

_ROUNDS = 4  # guesses for each variation that is wanted
_KEPT = 0.25  # share of what could be replaced that a guess leaves as it is
_COMMON_WORD, _COMMON_NAME = 3, 8  # tasks in which a word, a name may stand and still be a choice

_ATOM = re.compile(r"(?<![\w-])[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*(?![\w-])")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+\Z")
_WORD = re.compile(r"[A-Z]?[a-z]{3,}\Z")
# Regions, zones, sizes of machines, systems with their versions look like names and are not.
_NO_NAME = re.compile(
    r"[a-z]{2}-[a-z]+-[0-9][a-z]?\Z|[a-z]+-[a-z]+[0-9]+(?:-[a-z])?\Z|[a-z]{1,2}[0-9][a-z]?-|db-"
    r"|[a-z]+-[0-9]{1,3}\Z"
)
_IMAGE = r"(?:^FROM |image: *\"?|(?<![\w/.-])(?=[\w-]+:[0-9]))%s(?![\w-])"
# What is called by a word and not by a hyphenated name.
_NAMING = re.compile(
    r"(?i)(?:name|namespace|identifier|prefix|alias|database|user)\Z"
    r"|(?:job|service|stage|volume|network|secret|config|output|variable|bucket|app)\Z"
)
_COMMANDS = ("dockerfile", "github-actions", "gitlab-ci", "jenkins")
"""Formats in which what is hyphenated is seldom a name."""

# A number is none in versions, addresses, units and other names; a small one behind a word is a tag.
_BEFORE, _BEHIND = r"(?<![\w.\-])(?<![0-9]/)", r"(?![\w\-%]|\.[0-9])"
_NO_TAG = r"(?<![A-Za-z]:)"
_NUMBER = re.compile(rf"{_BEFORE}(?:{_NO_TAG}[1-9][0-9]{{0,2}}|[1-9][0-9]{{3,5}}){_BEHIND}")
_PRIVATE = re.compile(r"\b(?:10|172|192\.168)\.[0-9]{1,3}(?=\.)")
_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")

_WORDS = (
    "acorn", "alerts", "alpine", "amber", "anchor", "apples", "archive", "arrivals", "atlas", "badges",
    "ballast", "banner", "barley", "basket", "beacon", "billing", "birch", "bistro", "bonus", "booking",
    "bridge", "bronze", "butler", "cabin", "camera", "canary", "cargo", "carts", "cedar", "census",
    "chapel", "charts", "cinema", "claims", "clinic", "clover", "cobalt", "comet", "copper", "coral",
    "courier", "crates", "credit", "cruise", "dairy", "dealer", "delta", "dental", "depot", "desk",
    "diary", "dishes", "docket", "donor", "dragon", "dunes", "eagle", "ember", "events", "exams",
    "fabric", "falcon", "farm", "ferry", "fields", "fleet", "flora", "forge", "forms", "freight",
    "galaxy", "garage", "garden", "ginger", "glacier", "grants", "grapes", "guests", "gulf", "harbour",
    "harvest", "hazel", "heron", "hotel", "hunter", "icons", "indigo", "invoice", "island", "ivory",
    "jasper", "journal", "kayak", "kettle", "labels", "lagoon", "ledger", "lemon", "letters", "lilac",
    "lobby", "lotus", "lunar", "magnet", "mango", "maple", "marble", "market", "meadow", "meters",
    "mint", "mirror", "museum", "nectar", "nickel", "notes", "nova", "oasis", "olive", "onyx", "opal",
    "orchid", "orders", "otter", "oxide", "paddle", "palace", "panda", "parcel", "patrol", "pearl",
    "pepper", "permits", "petals", "pilot", "pixel", "plaza", "polar", "poppy", "prism", "pulse",
    "quarry", "quartz", "quotes", "radar", "raven", "recipes", "reef", "refunds", "rental", "ribbon",
    "river", "robin", "rooms", "ruby", "saffron", "salon", "sapphire", "scooter", "seeds", "shelf",
    "shuttle", "signal", "silver", "sketch", "solar", "sonar", "sparrow", "spruce", "stadium", "stamps",
    "stories", "studio", "summit", "surveys", "swift", "tailor", "tango", "temple", "theater", "thistle",
    "tickets", "tiger", "timber", "topaz", "trails", "tulip", "tunnel", "turbine", "umbra", "uplift",
    "valley", "vapor", "velvet", "vessel", "violet", "visits", "volcano", "voyage", "wagon", "walnut",
    "weather", "willow", "winery", "yacht", "yarn", "zebra", "zenith",
)  # fmt: skip


def variations(tasks: Sequence[Task], each: int, seed: int) -> Dataset:
    """Up to `each` variations of every task, in the order of the tasks; the same for the same seed.

    Args:
        tasks: with intents and references; another gets no variation.
        each: how many are wanted of a task. Some have nothing to replace, or little.
        seed: which names and numbers.
    """
    tasks = [task for task in tasks if task.intent is not None and task.output]
    guess = _Guess(tasks)
    made: dict[str, list[Task]] = {task.id: [] for task in tasks}
    prompts = {task.prompt for task in tasks}
    for round in range(_ROUNDS):
        guesses = [
            guessed
            for task in tasks
            for place in range(each - len(made[task.id]))
            if (guessed := guess.of(task, f"{round}-{place}", seed))
        ]
        unsound = {finding.task for finding in check_tasks(guesses, unique=False)}
        for guessed in guesses:
            if guessed.id not in unsound and guessed.prompt not in prompts:
                prompts.add(guessed.prompt)
                made[guessed.id.rpartition("/")[0]].append(guessed)
    return Dataset(form for forms in made.values() for form in forms)


class _Guess:
    """What of a task was free to choose, judged by how many other tasks have it."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._common = Counter(
            atom for task in tasks for atom in set(_ATOM.findall(f"{task.prompt} {task.output}"))
        )

    def of(self, task: Task, name: str, seed: int) -> Task | None:
        """The task with other names and numbers, not yet judged; None where nothing can change."""
        assert task.intent is not None
        rng = random.Random(f"{seed}/{task.id}/{name}")
        texts = [task.prompt, task.output, *(text for _, text in _fields(task.intent.data))]
        changed = _Changes(texts)
        for atom in sorted(self._free(task)):
            if rng.random() >= _KEPT:
                changed.add(atom, _renamed(atom, rng))
        for number in sorted(self._numbers(task)):
            if rng.random() >= _KEPT:
                changed.add(number, str(_near(int(number), rng)))
        for pattern, other in ((_PRIVATE, _network), (_ACCOUNT, _account)):
            for text in sorted({found for whole in texts for found in pattern.findall(whole)}):
                changed.add(text, other(text, rng))
        if not changed:
            return None
        return replace(
            task,
            id=f"{task.id}/{name}",
            instruction=changed.in_text(task.instruction),
            input=changed.in_text(task.input),
            output=changed.in_text(task.output),
            intent=Intent.from_data(changed.in_data(task.intent.data), task.intent.format),
            says={
                changed.in_text(value): changed.in_text(said) for value, said in task.says.items()
            },
        )

    def _free(self, task: Task) -> set[str]:
        """Names that prompt, reference and intent have and hardly another task has."""
        assert task.intent is not None
        said = set(_ATOM.findall(task.prompt)) & set(_ATOM.findall(task.output))
        called, asked = set(), set()
        for field, text in _fields(task.intent.data):
            atoms = _ATOM.findall(text)
            asked.update(atoms)
            if _NAMING.search(field):
                called.update(atoms)
        names = called if task.format in _COMMANDS else asked
        free = {atom for atom in said & names if self._is_name(atom)}
        free |= {atom for atom in said & called if self._is_word(atom)}
        return {atom for atom in free if not re.search(_IMAGE % re.escape(atom), task.output, re.M)}

    def _is_name(self, atom: str) -> bool:
        return bool(
            _NAME.match(atom) and not _NO_NAME.match(atom) and self._common[atom] <= _COMMON_NAME
        )

    def _is_word(self, atom: str) -> bool:
        return bool(_WORD.match(atom) and self._common[atom] <= _COMMON_WORD)

    def _numbers(self, task: Task) -> set[str]:
        """Numbers that prompt, reference and intent have."""
        assert task.intent is not None
        asked = {
            number for _, text in _fields(task.intent.data) for number in _NUMBER.findall(text)
        }
        return set(_NUMBER.findall(task.prompt)) & set(_NUMBER.findall(task.output)) & asked


class _Changes:
    """What stands for what, each text once on either side."""

    def __init__(self, texts: Collection[str]) -> None:
        self._texts = "\n".join(texts)
        self._other: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._other)

    def add(self, text: str, other: str) -> None:
        """Have `other` stand where `text` stands, unless it is there already for something else."""
        taken = other in self._other.values() or re.search(_alone(other), self._texts)
        if text != other and not taken:
            self._other[text] = other

    def in_text(self, text: str) -> str:
        """The text with everything replaced at once."""
        pattern = "|".join(_alone(known) for known in sorted(self._other, key=len, reverse=True))
        return re.sub(pattern, lambda found: self._other[found.group()], text)

    def in_data(self, data: Any) -> Any:
        """An intent's data with everything replaced, keys included; numbers stay numbers."""
        if isinstance(data, Mapping):
            return {self.in_data(key): self.in_data(value) for key, value in data.items()}
        if isinstance(data, list):
            return [self.in_data(value) for value in data]
        if isinstance(data, str):
            return self.in_text(data)
        if isinstance(data, int) and not isinstance(data, bool):
            return int(self._other.get(str(data), data))
        return data


def _alone(text: str) -> str:
    """A pattern of this text where it is a name, a number or the beginning of an address."""
    if text.isdecimal():
        return f"{_BEFORE}{_NO_TAG if len(text) < 4 else ''}{text}{_BEHIND}"
    if text[0].isdecimal():
        return rf"(?<![\w.]){re.escape(text)}(?=\.)"
    return rf"(?<![\w-]){re.escape(text)}(?![\w-])"


def _fields(data: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Every scalar of an intent but flags, as text, with the name of the field it stands in."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            # `{name: {matches: ...}}` and `{tags: {team: ...}}`: the field, or what is in it.
            yield from _fields(value, field if key in MATCHERS else str(key))
    elif isinstance(data, list):
        for value in data:
            yield from _fields(value, field)
    elif isinstance(data, (str, int)) and not isinstance(data, bool):
        yield field, str(data)


def _renamed(name: str, rng: random.Random) -> str:
    """Another name of the same form: `orders-api` and `ferry-api`, `subnet-0c01` and `subnet-07e2`."""
    first, *rest = name.split("-")
    word = rng.choice(_WORDS)
    parts = [first if rest and _has_digit(rest[-1]) and not _has_digit(first) else word]
    if first[0].isupper():
        parts = [word.capitalize()]
    for part in rest:
        if _has_digit(part):
            parts.append("".join(_another(letter, rng) for letter in part))
        else:
            parts.append(part if rng.random() < 0.5 else rng.choice(_WORDS))
    return "-".join(parts)


def _has_digit(text: str) -> bool:
    return any(letter.isdecimal() for letter in text)


def _another(letter: str, rng: random.Random) -> str:
    return rng.choice("123456789") if letter.isdecimal() else letter


def _near(number: int, rng: random.Random) -> int:
    """Another number that is as round, as large, and as likely a port or a power of two."""
    if (number >= 1024 and number & (number - 1) == 0) or number in (32, 64, 128, 256, 512):
        return number * 2 if rng.random() < 0.5 else number // 2
    if number < 13:
        return rng.randint(1, 12)
    zeros = len(str(number)) - len(str(number).rstrip("0"))
    unit = int(10**zeros)
    return unit * rng.randint(max(1, number // unit // 2), max(9, number // unit * 2))


def _network(text: str, rng: random.Random) -> str:
    start, _, _ = text.rpartition(".")
    return f"{start}.{rng.randint(16, 31) if start == '172' else rng.randint(0, 255)}"


def _account(text: str, rng: random.Random) -> str:
    return str(rng.randint(10 ** (len(text) - 1), 10 ** len(text) - 1))
