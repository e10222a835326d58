"""What a task demands, as data, and how much of it a program or document meets.

An intent is a set of named patterns. `match` finds the best way to lay them over what was
planned (Terraform) or parsed (every other format) and says which leaves hold. It never looks at
the text. The language is described in docs/intent.md.
"""

from __future__ import annotations

from iapo.intent.evaluate import LeafResult
from iapo.intent.match import IntentResult, match
from iapo.intent.pattern import MATCHERS, SELECTORS, Intent, IntentError, Leaf

__all__ = [
    "MATCHERS",
    "SELECTORS",
    "Intent",
    "IntentError",
    "IntentResult",
    "Leaf",
    "LeafResult",
    "match",
]
