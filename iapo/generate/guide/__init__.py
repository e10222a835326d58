"""Guided decoding: only tokens that can still become valid code may be drawn."""

from iapo.generate.guide.choice import Guides, PromptGuide, guide_for
from iapo.generate.guide.guide import Guide, Position
from iapo.generate.guide.idle import Bound
from iapo.generate.guide.languages import GUIDED

__all__ = ["GUIDED", "Bound", "Guide", "Guides", "Position", "PromptGuide", "guide_for"]
