"""Guided decoding: only tokens that can still become valid code may be drawn."""

from iapo.generate.guide.choice import PromptGuide, guide_for
from iapo.generate.guide.guide import GUIDED, Guide, Position

__all__ = ["GUIDED", "Guide", "Position", "PromptGuide", "guide_for"]
