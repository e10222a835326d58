"""Random Jenkinsfiles under the guide."""

from __future__ import annotations

import random
from typing import ClassVar

from iapo.generate.guide.fence import Fenced
from walks import free_texts


class Walk(free_texts.Walk):
    """One file."""

    marks: ClassVar[tuple[str, ...]] = (
        " ", " ", " ", " ", "\n", "\n", "\n", "=", " = ", "/", ".", ":", ", ", "-", '"', "'", "$", "${", "}",
        "[", "]", "(", ")", "{", "}", "@", "\\", "é", " + ", " == ", "'x'", "// a remark\n", "/* a remark */",
        "if (", "for (x in ", "try {", "def ", "return ", "new ", " -> ", " ? ", "'''", '"""',
    )  # fmt: skip

    def __init__(self, g: Fenced, rng: random.Random) -> None:
        super().__init__(g, rng)
        if rng.random() < 0.8:
            assert self.put("pipeline {\n")
