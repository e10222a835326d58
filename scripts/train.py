"""Fine-tune a model: `python scripts/train.py --epochs 3 --output ./iapo-model [--category terraform]`.

The same as `iapo train`; `--help` lists everything.
"""

from __future__ import annotations

import sys

from iapo.cli import main

if __name__ == "__main__":
    sys.argv.insert(1, "train")
    main()
