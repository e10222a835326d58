"""How engineers ask for a file: tickets, polite requests, bullet lists, half sentences.

A family gives what the file is for and its facts, either as noun phrases ("3 replicas") or as
deeds in the base form ("run npm test"); this chooses a register, an order and the words around
them. Facts are never changed, so every literal stays in the prompt.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from iapo.dataset.procedural.wording import listed

MANIFEST = (
    "a Kubernetes manifest", "a manifest", "Kubernetes YAML", "the YAML", "the Kubernetes manifest",
    "a k8s manifest", "k8s YAML",
)  # fmt: skip
DOCKERFILE = ("a Dockerfile", "a Dockerfile", "the Dockerfile", "a small Dockerfile")
COMPOSE = (
    "a Compose file", "a Docker Compose file", "a docker-compose.yml", "a compose.yaml",
    "the Docker Compose setup", "a Docker Compose stack",
)  # fmt: skip
WORKFLOW = (
    "a GitHub Actions workflow", "a GitHub workflow", "a workflow for GitHub Actions",
    "the GitHub Actions YAML", "a GitHub Actions CI file",
)  # fmt: skip
GITLAB = (
    "a GitLab CI pipeline", "a .gitlab-ci.yml", "a GitLab pipeline", "the GitLab CI config",
    "a GitLab CI file",
)  # fmt: skip
JENKINSFILE = (
    "a Jenkinsfile", "a declarative Jenkinsfile", "a Jenkins pipeline",
    "a declarative Jenkins pipeline", "the Jenkinsfile",
)  # fmt: skip

# Where the thing itself can be created ("Create a Deployment named web").
_DIRECT = (
    "Create {what}", "Define {what}", "I need {what}", "We need {what}", "Set up {what}",
    "Add {what}", "Please create {what}", "Please add {what}", "Declare {what}", "Make {what}",
    "Our team needs {what}", "I want {what}", "I'd like {what}", "Could you create {what}?",
    "Can you set up {what}?", "Prepare {what}", "We are missing {what}", "Give me {what}",
    "Let's add {what}", "Can I get {what}?",
)  # fmt: skip
_FILE = (
    "Write {file} for {what}", "Create {file} for {what}", "I need {file} for {what}",
    "Please write {file} for {what}", "Give me {file} for {what}", "Generate {file} for {what}",
    "Could you write {file} for {what}?", "Can you put together {file} for {what}?",
    "Help me write {file} for {what}", "We need {file} for {what}", "Draft {file} for {what}",
    "Show me {file} for {what}", "Set up {file} for {what}", "Prepare {file} for {what}",
    "Our repo lacks {file} for {what}", "I'd like {file} for {what}", "Provide {file} for {what}",
    "Produce {file} for {what}", "Would you write {file} for {what}?", "Add {file} for {what}",
    "For {what}, write {file}", "For {what} I need {file}",
)  # fmt: skip
# Where the facts tell what the file is: how often it is not named, and what is said instead.
_UNNAMED = {DOCKERFILE: 0.4, COMPOSE: 0.4, JENKINSFILE: 0.3, GITLAB: 0.3, WORKFLOW: 0.2}
_PLAIN = (
    "{what}", "{what}", "{what}, please", "We need {what}", "I need {what}", "Set up {what}",
    "Write {what}", "Wanted: {what}", "This is for {what}", "It's about {what}",
)  # fmt: skip
OPENERS = (
    "", "", "", "", "", "", "", "", "", "", "", "", "Hi, ", "Quick one: ", "Hello! ", "Hey team, ",
    "For the migration: ", "New request: ", "Small task: ", "As agreed in the review: ",
    "Next item: ", "From the backlog: ", "For tomorrow's demo: ", "Follow-up: ",
    "Audit asked for this. ", "The old one was made by hand. ", "We lost it last week. ",
    "Nobody remembers how we did this. ", "The demo is on Friday. ", "We are moving off the old setup. ",
    "This has been on the list for months. ", "Until now we clicked it together. ",
    "Our second region is next. ", "The customer goes live on Monday. ", "It kept failing by hand. ",
    "Please have a look, ", "Operations asked: ", "Security review, item 4. ", "Ticket OPS-1182: ",
    "Ticket INFRA-731: ", "Platform ticket PLAT-58. ", "From the retro: ", "Before the audit: ",
)  # fmt: skip
CLOSERS = (
    "", "", "", "", "", "", "", "", "", "", "", "", "", "", " Thanks!", " Thank you.",
    " Keep it minimal.", " Nothing else, please.", " Only the file, please.", " No extras.",
)  # fmt: skip
_NOUN_SENTENCES = (
    "It needs {facts}.", "It should have {facts}.", "It must have {facts}.", "Give it {facts}.",
    "Use {facts}.", "Make sure it has {facts}.", "Requirements: {facts}.", "Settings: {facts}.",
    "I want {facts}.", "Include {facts}.", "Details: {facts}.", "What it needs: {facts}.",
    "Specify {facts}.", "It comes with {facts}.",
)  # fmt: skip
_NOUN_INLINE = (
    "{lead} with {facts}.", "{lead}, with {facts}.", "{lead} that has {facts}.",
    "{lead}: {facts}.", "{lead}; it needs {facts}.", "{lead} using {facts}.", "{lead} ({facts}).",
)  # fmt: skip
_DEED_SENTENCES = (
    "It should {facts}.", "It must {facts}.", "It has to {facts}.", "Please {facts}.",
    "Make it {facts}.", "It needs to {facts}.", "We want it to {facts}.", "It is supposed to {facts}.",
    "What it does: {facts}.", "I want it to {facts}.", "Have it {facts}.", "Let it {facts}.",
)  # fmt: skip
_DEED_INLINE = (
    "{lead}; it should {facts}.", "{lead}: {facts}.", "{lead}, which has to {facts}.",
    "{lead} that will {facts}.", "{lead}. Steps: {facts}.", "{lead}, and have it {facts}.",
)  # fmt: skip
_LIST_HEADS = (
    "Requirements:", "Details:", "Acceptance criteria:", "Specs:", "It should cover:", "Notes:",
    "What we need:", "To do:", "Points:",
)  # fmt: skip


def ask(
    rng: random.Random,
    files: Sequence[str],
    what: str,
    facts: Sequence[str] = (),
    *,
    direct: bool = False,
    deeds: bool = False,
    ordered: bool = False,
) -> str:
    """Ask for a file.

    Args:
        files: the names of the file, with their articles (`MANIFEST` ...).
        what: what it is for, with its article: `a Deployment named web`.
        facts: noun phrases, or with `deeds` verb phrases in the base form.
        direct: `what` can itself be created.
        ordered: the facts are steps, so their order is kept.
    """
    file = rng.choice(tuple(files))
    facts = list(facts)
    if not ordered and rng.random() < 0.5:
        rng.shuffle(facts)
    if rng.random() < 0.12:
        return _ticket(rng, file, what, facts)
    leads: Sequence[str] = _DIRECT if direct and rng.random() < 0.55 else _FILE
    if rng.random() < _UNNAMED.get(tuple(files), 0.0):
        leads = _PLAIN
    lead = rng.choice(leads).format(file=file, what=what)
    lead = lead[0].upper() + lead[1:]
    opener, closer = rng.choice(OPENERS), rng.choice(CLOSERS)
    if opener.endswith((", ", ": ")) and not lead.startswith("I"):
        lead = lead[0].lower() + lead[1:]
    lead = opener + lead
    question = lead.endswith("?")
    if not facts:
        return (lead if question else lead + ".") + closer
    style = rng.random()
    if style < 0.2 and len(facts) > 1:
        return _bullets(rng, lead, facts)
    joined = listed(rng, facts)
    if question or style < 0.6:
        sentences = _DEED_SENTENCES if deeds else _NOUN_SENTENCES
        end = "" if question else "."
        return f"{lead}{end} {rng.choice(sentences).format(facts=joined)}{closer}"
    inline = _DEED_INLINE if deeds else _NOUN_INLINE
    return rng.choice(inline).format(lead=lead, facts=joined) + closer


def called(rng: random.Random, thing: str, name: str) -> str:
    """`thing` with its name, in one of several ways."""
    ways = ("named {}", "called {}", "{}", "`{}`", "(name: {})", 'named "{}"', "with the name {}")
    return f"{thing} {rng.choice(ways).format(name)}"


def series(parts: Sequence[str]) -> str:
    """Things that stand inside one fact: `a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _bullets(rng: random.Random, lead: str, facts: Sequence[str]) -> str:
    mark = rng.choice(("-", "-", "*", "1."))
    lines = [
        f"{index}. {fact}" if mark == "1." else f"{mark} {fact}"
        for index, fact in enumerate(facts, start=1)
    ]
    if rng.random() < 0.5:
        head = f"{lead.rstrip('?')}:"
    else:
        head = f"{lead if lead.endswith('?') else lead + '.'} {rng.choice(_LIST_HEADS)}"
    return head + "\n" + "\n".join(lines)


def _ticket(rng: random.Random, file: str, what: str, facts: Sequence[str]) -> str:
    """Terse, as a ticket or a chat message is."""
    short = file.split(" ", 1)[1] if file.startswith(("a ", "the ")) else file
    divider = rng.choice(("; ", ", ", " / ", "; "))
    head = rng.choice(
        ("{short}: {what}", "{what}, {short}", "need {file} - {what}", "[{short}] {what}")
    )
    text = head.format(short=short, file=file, what=what)
    if not facts:
        return text
    return f"{text}{rng.choice((': ', ' - ', '. ', ': '))}{divider.join(facts)}"
