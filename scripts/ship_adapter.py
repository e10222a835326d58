"""Make the adapter that comes with IAPO out of a trained one: `python scripts/ship_adapter.py FOLDER`.

Weights are rounded to bfloat16, which is what they compute in on most devices and halves the file.
The tokenizer is left out, since it is the base's. The card is kept.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from iapo.models.default import SHIPPED
from iapo.models.embedded import EMBEDDED

TARGET = Path(__file__).parents[1] / "models" / SHIPPED
MOST_BYTES = 15_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path, help="of a trained adapter on the embedded model")
    folder = parser.parse_args().folder
    config = json.loads((folder / "adapter_config.json").read_text())
    if config["base_model_name_or_path"] != EMBEDDED:
        sys.exit(f"{folder} is an adapter of {config['base_model_name_or_path']}, not {EMBEDDED}")
    weights = load_file(folder / "adapter_model.safetensors")
    TARGET.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / "adapter_config.json", TARGET / "adapter_config.json")
    file = TARGET / "adapter_model.safetensors"
    save_file({name: tensor.to(torch.bfloat16) for name, tensor in weights.items()}, file)
    size = file.stat().st_size
    if size > MOST_BYTES:
        sys.exit(f"{file} has {size:,} bytes, more than {MOST_BYTES:,}")
    print(f"{file}: {size:,} bytes")


if __name__ == "__main__":
    main()
