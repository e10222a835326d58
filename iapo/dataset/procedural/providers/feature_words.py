"""Sentences that ask for a feature of the language: outputs, variables, many of one, changes.

{a}, {A} an attribute in words, {n} a name, {t} and {thing} a resource in words, {w} an argument in words, {v} a value.
"""

from __future__ import annotations

SHOW = (
    "Output the {a} as {n}.", "Output its {a} as {n}.", "{A} as output {n}.", "The {a} as output {n}.",
    "Return the {a} as output {n}.", "Print its {a} as the output {n}.", "Show the {a} in an output {n}.",
    "Expose the {a} as an output called {n}.", "I need the {a} as the output {n}.", "Output: the {a}, {n}.",
    "Other modules read the {a} from the output {n}.", "Add an output {n} with the {a}.",
)  # fmt: skip
SHOW_OF = (
    "Output the {a} of the {t} as {n}.", "Return the {a} of the {t} as output {n}.",
    "The {t}'s {a} is the output {n}.", "Show the {a} of the {t} in an output {n}.",
    "{n} is an output with the {a} of the {t}.",
)  # fmt: skip
FROM_VARIABLE = (
    "The {w} comes from a variable {n}, default {v}.", "Make the {w} a variable {n} that defaults to {v}.",
    "The {w} is a variable named {n} (default {v}).", "Take the {w} from the variable {n}, {v} by default.",
    "A variable {n}, default {v}, holds the {w}.", "We want to set the {w} with a variable {n}; it defaults to {v}.",
    "Read the {w} from variable {n}, whose default is {v}.", "{w} through a variable {n}, by default {v}.",
)  # fmt: skip
OVER_SET = (
    "Use one resource with for_each.", "One resource with for_each over a set, please.",
    "Write it once, with for_each.", "Loop with for_each, don't copy and paste.", "for_each, not copies.",
    "Keep the names in a local {local} and loop over it with for_each.",
    "The names live in a local called {local}.", "One block for all of them.",
)  # fmt: skip
OVER_MAP = (
    "Use one resource with for_each over a map.", "One for_each over a map, please.",
    "Keep them in a local map {local} and loop over it.", "Loop over a local map named {local}.",
    "One resource with for_each.", "A local map {local} holds them; for_each does the rest.",
)  # fmt: skip
COUNTED = (
    "Use count.", "With count, please.", "Use count and count.index for the names.",
    "One resource with count.", "count does that.", "Number them with count.index.",
)  # fmt: skip
REGION = (
    "The {provider} provider works in {region}.", "Configure the {provider} provider with region {region}.",
    "Provider {provider}, region {region}.", "Set the {provider} provider's region to {region}.",
    "Include the {provider} provider block for {region}.",
)  # fmt: skip
ALIASED = (
    "The default provider works in {home}; put this into {other} through an aliased provider {alias}.",
    "Our default region is {home}, but this goes to {other}: add an aliased provider {alias} for it.",
    "Two providers: {home} by default and {other} under the alias {alias}, which is used here.",
    "Use an aliased provider {alias} in {other}; the default one stays in {home}.",
)  # fmt: skip
EXTEND = (
    "Extend the code below: add {new}.", "Add {new} to the code below.", "Here is what we have. Add {new}.",
    "To this configuration belongs {new}. Hand back the whole file.", "Keep what is there and add {new}.",
    "The code below lacks {new}. Send back the complete file.", "We also need {new} beside this.",
    "What is below is deployed already; now add {new}, and leave the rest as it is.",
)  # fmt: skip
CHANGE = (
    "Change the {thing} below: {facts}.", "The {thing} below should have {facts}.",
    "Set this on the {thing} below and leave everything else as it is: {facts}.",
    "Please correct the {thing}: it needs {facts}.", "The {thing} below lacks {facts}. Repair that.",
    "Give the {thing} below {facts}; touch nothing else.", "Review comment: the {thing} wants {facts}.",
    "Same file, but the {thing} with {facts}.",
)  # fmt: skip
