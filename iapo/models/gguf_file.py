"""A GGUF file of a Llama or Qwen2 model with a byte-level BPE tokenizer, for llama.cpp and what is built on it.

Matrices are written as 16-bit floats, vectors as 32-bit ones. Other architectures and tokenizers are
refused, not approximated: llama.cpp's own converter takes an exported folder of any of them.
The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from iapo.models.errors import ModelError

_ARCHITECTURES = {"llama": "llama", "qwen2": "qwen2"}
# What llama.cpp calls a tokenizer's way of cutting text before merges, by how the tokenizer says it.
_CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
_REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_CUTS = {
    "digits, words": "smollm",
    "words": "gpt-2",
    rf"{_CONTRACTIONS}\p{{N}}{_REST}": "qwen2",
    rf"{_CONTRACTIONS}\p{{N}}{{1,3}}{_REST}": "llama-bpe",
}
_ELSEWHERE = "convert the exported folder with llama.cpp's convert_hf_to_gguf.py"
_F16 = 1  # general.file_type of a file whose matrices are 16-bit floats


def _check_supported(model: Any, tokenizer: Any) -> None:
    """Before anything is written.

    Raises:
        ModelError: it cannot be; the message says why and what to do instead.
    """
    try:
        import gguf  # noqa: F401
    except ImportError:
        raise ModelError('GGUF needs the package gguf: pip install "iapo[train]"') from None
    config = model.config
    if config.model_type not in _ARCHITECTURES:
        known = ", ".join(_ARCHITECTURES)
        raise ModelError(
            f"no GGUF for models of type {config.model_type} here ({known}); {_ELSEWHERE}"
        )
    if _rope(config).get("rope_type", "default") != "default":
        raise ModelError(
            f"no GGUF for positions of type {_rope(config)['rope_type']} here; {_ELSEWHERE}"
        )
    _pre_tokenizer(tokenizer)


def write_gguf(model: Any, tokenizer: Any, path: Path) -> Path:
    """Write the file; it is whole or not there. Its folder is made if it is not there.

    Args:
        model: without adapters, its weights not yet rounded to fewer digits than the file keeps.

    Raises:
        ModelError: the model is not supported, or the file cannot be written.
    """
    _check_supported(model, tokenizer)
    import gguf

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".gguf-", dir=path.parent) as folder:
            aside = Path(folder) / path.name
            writer = gguf.GGUFWriter(aside, _ARCHITECTURES[model.config.model_type])
            _add_shape(writer, model.config)
            _add_tokenizer(writer, tokenizer, model.config.vocab_size)
            _add_weights(writer, model)
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_tensors_to_file()
            writer.close()
            aside.replace(path)
    except OSError as error:
        raise ModelError(f"{path}: cannot be written ({error.strerror or error})") from error
    return path


def _rope(config: Any) -> dict[str, Any]:
    return getattr(config, "rope_parameters", None) or {}


def _head_width(config: Any) -> int:
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return int(width)


def _add_shape(writer: Any, config: Any) -> None:
    # The last part of where it was loaded from: the rest is of no use on another machine.
    writer.add_name(Path(getattr(config, "_name_or_path", "")).name or config.model_type)
    writer.add_file_type(_F16)
    writer.add_vocab_size(config.vocab_size)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(_head_width(config))
    writer.add_value_length(_head_width(config))
    writer.add_rope_dimension_count(_head_width(config))
    writer.add_rope_freq_base(float(_rope(config).get("rope_theta", 10_000.0)))
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)


def _add_tokenizer(writer: Any, tokenizer: Any, size: int) -> None:
    from gguf import TokenType

    fast = json.loads(tokenizer.backend_tokenizer.to_str())
    added = {token["id"]: token for token in fast["added_tokens"]}
    by_id = {number: text for text, number in tokenizer.get_vocab().items()}
    # A vocabulary may be padded to a round number: such tokens are never written.
    tokens = [by_id.get(number, f"[PAD{number}]") for number in range(size)]
    kinds = [
        TokenType.UNUSED
        if number not in by_id
        else TokenType.NORMAL
        if number not in added
        else TokenType.CONTROL
        if added[number]["special"]
        else TokenType.USER_DEFINED
        for number in range(size)
    ]
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in fast["model"]["merges"]]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(_pre_tokenizer(tokenizer))
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    for name in ("bos", "eos", "pad", "unk"):
        number = getattr(tokenizer, f"{name}_token_id")
        if number is not None:
            getattr(writer, f"add_{name}_token_id")(int(number))
    plain = tokenizer("a", add_special_tokens=True)["input_ids"]
    writer.add_add_bos_token(bool(plain) and plain[0] == tokenizer.bos_token_id)
    if tokenizer.chat_template:
        writer.add_chat_template(tokenizer.chat_template)


def _pre_tokenizer(tokenizer: Any) -> str:
    """What llama.cpp calls the way the tokenizer cuts text before it merges.

    Raises:
        ModelError: it is none that llama.cpp's name is known of.
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    fast = json.loads(backend.to_str()) if backend is not None else {}
    cut = fast.get("pre_tokenizer") or {}
    steps = cut.get("pretokenizers", [cut])
    said = ", ".join(word for word in map(_cut, steps) if word)
    if fast.get("model", {}).get("type") != "BPE" or said not in _CUTS:
        raise ModelError(f"no GGUF for this kind of tokenizer here; {_ELSEWHERE}")
    return _CUTS[said]


def _cut(step: dict[str, Any]) -> str:
    match step:
        case {"type": "Digits", "individual_digits": True}:
            return "digits"
        case {"type": "ByteLevel", "add_prefix_space": False, "use_regex": regex}:
            return "words" if regex else ""
        case {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated"}:
            return str(pattern)
    return "unknown"


def _add_weights(writer: Any, model: Any) -> None:
    import gguf
    import torch

    config = model.config
    kind = gguf.MODEL_ARCH[_ARCHITECTURES[config.model_type].upper()]
    names = gguf.get_tensor_name_map(kind, config.num_hidden_layers)
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        called = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if called is None:
            raise ModelError(f"no GGUF name for the weights {name}; {_ELSEWHERE}")
        values = tensor.detach().to(torch.float32).numpy()
        if config.model_type == "llama":
            if ".q_proj." in name:
                values = _interleaved(values, config.num_attention_heads)
            elif ".k_proj." in name:
                values = _interleaved(values, config.num_key_value_heads)
        writer.add_tensor(called, values.astype("float16") if values.ndim > 1 else values)


def _interleaved(values: Any, heads: int) -> Any:
    """Rows of a head in the order of llama.cpp's Llama, whose rotary pairs lie side by side.

    transformers keeps the first halves of all pairs together, and the second halves behind them.
    """
    halves = values.reshape(heads, 2, values.shape[0] // heads // 2, *values.shape[1:])
    return halves.swapaxes(1, 2).reshape(values.shape)
