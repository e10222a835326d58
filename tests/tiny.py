"""Tiny random models, a tiny trained tokenizer and toy tasks: the whole trainer in milliseconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    MistralConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen3Config,
)

# On a busy machine a second thread makes such small products hundreds of times slower.
torch.set_num_threads(1)

_TEXT = [
    'resource "aws_s3_bucket" "logs" {\n  bucket = "acme-logs"\n}\n',
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n",
    "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nCMD python app.py\n",
    "Create a bucket, a service and an image with a port and a name.",
]
_TEMPLATE = (
    "{% for m in messages %}<|start|>{{ m.role }}\n{{ m.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|start|>assistant\n{% endif %}"
)
_SHAPE: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
CONFIGS = {
    "llama": (LlamaConfig, {}),
    "smollm": (
        LlamaConfig,
        {"num_attention_heads": 3, "num_key_value_heads": 1, "hidden_size": 48},
    ),
    "qwen2": (Qwen2Config, {}),
    "qwen3": (Qwen3Config, {"head_dim": 8}),
    "mistral": (MistralConfig, {"sliding_window": None}),
    "mistral-window": (MistralConfig, {"sliding_window": 12}),
    "gemma3-window": (Gemma3TextConfig, {"head_dim": 8, "sliding_window": 12}),
}


def tokenizer(texts: Sequence[str] = _TEXT, size: int = 320, *, words: bool = True) -> Any:
    """Trained on some texts. `words`: no token is part of two words, or of a word and a mark."""
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=words)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=["<pad>", "<|start|>", "<|end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(texts, trainer)
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=raw, pad_token="<pad>", bos_token="<|start|>", eos_token="<|end|>"
    )
    wrapped.chat_template = _TEMPLATE
    return wrapped


def model(kind: str = "llama", seed: int = 0, spread: float = 1.0) -> Any:
    """A random model; `spread` above 1 makes its choices less even."""
    kind_of_config, changes = CONFIGS[kind]
    torch.manual_seed(seed)
    made = AutoModelForCausalLM.from_config(
        kind_of_config(vocab_size=320, **{**_SHAPE, **changes}), attn_implementation="sdpa"
    )
    with torch.no_grad():
        for parameter in made.parameters():
            if parameter.ndim > 1:
                parameter.mul_(spread)
    return made.eval()


@dataclass(frozen=True)
class ToyTask:
    """As much of `iapo.dataset.Task` as training looks at."""

    id: str
    prompt: str
    output: str
    category: str = "terraform"
    format: str = "terraform"

    @property
    def instruction(self) -> str:
        return self.prompt

    @property
    def input(self) -> str:
        return ""


def tasks(count: int = 6) -> list[ToyTask]:
    return [
        ToyTask(f"toy/{n}", f"Create a bucket named b{n}", f'bucket = "b{n}"\n')
        for n in range(count)
    ]


def random_tokens(count: int, generator: torch.Generator) -> tuple[int, ...]:
    return tuple(torch.randint(3, 320, (count,), generator=generator).tolist())
