"""Characters that a reader cannot see, or that reorder what he sees, as their numbers: `⟨U+202E⟩`.

An answer can hold terminal escapes, zero-width letters and direction overrides that make a line
read otherwise than it is parsed ("Trojan Source", CVE-2021-42574). `reading.js` does the same.
"""

from __future__ import annotations

import re

# Controls but tab and line feed, soft hyphen, zero-width and bidirectional formatting (UAX #9),
# line and paragraph separators, interlinear annotations, tags, and halves of surrogate pairs.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)


def visible(text: str) -> str:
    """The text with every such character told by its number."""
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)
