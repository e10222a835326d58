"""Random Dockerfiles under the guide."""

from __future__ import annotations

from typing import ClassVar

from iapo.generate.guide.dockerfile.lines import Physical
from walks import free_texts


class Walk(free_texts.Walk):
    """One file."""

    marks: ClassVar[tuple[str, ...]] = (
        " ", " ", " ", " ", "\n", "\n", "\n", "=", "=", "/", ".", ":", ",", "-", '"', "'", "$", "${", "}",
        "[", "]", "(", ")", " <<EOF", " <<-'END' ", "<", "@", "#", "\\", "`", "é", "http://", "git@",
        " \\\n", " \\\n# a remark\n",
    )  # fmt: skip

    @property
    def _between(self) -> bool:
        """Whether this is a line that goes on from the one before, and nothing is in it."""
        local = getattr(self.state, "local", None)
        return isinstance(local, Physical) and local.between

    def interesting(self, allowed: list[str]) -> list[str]:
        if not self._between or self.rng.random() < 0.05:
            return allowed
        return [c for c in allowed if c not in "# \\\n"] or allowed
