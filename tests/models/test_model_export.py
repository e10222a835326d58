"""What is exported says the same as what was trained, to transformers alone and out of GGUF."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import tiny
import torch
from tokenizers import Regex, pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

from iapo.errors import InputError
from iapo.models.adapters import with_lora
from iapo.models.export import GGUF_NAME, export
from iapo.models.gguf_file import write_gguf
from iapo.models.loading import load
from iapo.models.saving import save_model

TOKENS = torch.tensor([[5, 6, 7, 200, 31, 9]])
QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def base(folder: Path, kind: str = "llama") -> Path:
    model = tiny.model(kind, spread=2.0)
    model.generation_config = GenerationConfig(eos_token_id=[2, 7], max_new_tokens=33)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.copy_(weight.to(torch.float16))  # so that a file of 16-bit floats is exact
            if name.endswith("bias"):
                weight.normal_().copy_(weight.to(torch.float16))
    return save_model(model, tokenizer(kind), folder)


def tokenizer(kind: str = "llama"):
    made = tiny.tokenizer()
    if kind == "smollm":
        made.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(False)]
        )
    elif kind == "qwen2":
        made.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(QWEN), "isolated"),
                pre_tokenizers.ByteLevel(False, use_regex=False),
            ]
        )
    return made


def adapter(folder: Path, on: Path) -> Path:
    model, tokenizer = load(on, device="cpu", dtype="float32")
    adapted = with_lora(model, rank=2, alpha=4)
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if "lora_B" in name:
                weight.normal_()
    return save_model(adapted, tokenizer, folder)


def test_an_adapter_becomes_a_plain_folder_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    trained = adapter(tmp_path / "adapter", base(tmp_path / "base"))
    expected = load(trained, device="cpu", dtype="float32")[0](input_ids=TOKENS).logits
    plain = load(tmp_path / "base", device="cpu", dtype="float32")[0](input_ids=TOKENS).logits
    assert (expected - plain).abs().max().item() > 0.1, "the adapter does something"
    export(str(trained), tmp_path / "whole")
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "whole", dtype="auto").eval()
    assert not (tmp_path / "whole" / "adapter_config.json").exists()
    assert model.dtype == torch.float32
    torch.testing.assert_close(model(input_ids=TOKENS).logits, expected, atol=1e-4, rtol=1e-4)
    assert model.generation_config.eos_token_id == [2, 7]
    assert model.generation_config.max_new_tokens == 33
    kept = AutoTokenizer.from_pretrained(tmp_path / "whole")
    assert kept.chat_template == tiny.tokenizer().chat_template
    assert kept("a bucket").input_ids == tiny.tokenizer()("a bucket").input_ids


def test_a_whole_model_is_exported_too_in_the_number_type_asked_for(tmp_path: Path) -> None:
    export(str(base(tmp_path / "base")), tmp_path / "whole", dtype="bfloat16")
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "whole", dtype="auto")
    assert model.dtype == torch.bfloat16


def test_an_adapter_is_not_buried_under_a_whole_model(tmp_path: Path) -> None:
    trained = adapter(tmp_path / "adapter", base(tmp_path / "base"))
    with pytest.raises(InputError, match="holds an adapter; name another folder"):
        export(str(trained), trained)


@pytest.mark.parametrize("kind", ["llama", "smollm", "qwen2"])
def test_gguf_says_the_same(tmp_path: Path, kind: str) -> None:
    source = base(tmp_path / "base", kind)
    expected = load(source, device="cpu", dtype="float32")[0](input_ids=TOKENS).logits
    written = export(str(source), tmp_path / "whole", gguf=True)
    assert written[1] == tmp_path / "whole" / GGUF_NAME
    model = AutoModelForCausalLM.from_pretrained(
        tmp_path / "whole", gguf_file=GGUF_NAME, dtype=torch.float32
    ).eval()
    torch.testing.assert_close(model(input_ids=TOKENS).logits, expected, atol=1e-4, rtol=1e-4)


def test_gguf_carries_the_tokenizer(tmp_path: Path) -> None:
    import gguf

    source = base(tmp_path / "base", "smollm")
    path = export(str(source), tmp_path / "whole", gguf=True)[1]
    fields = gguf.GGUFReader(path).fields
    ours = tokenizer("smollm")
    tokens = fields["tokenizer.ggml.tokens"].contents()
    assert tokens == [text for text, _ in sorted(ours.get_vocab().items(), key=lambda i: i[1])]
    kinds = fields["tokenizer.ggml.token_type"].contents()
    assert [number for number, kind in enumerate(kinds) if kind == 3] == [0, 1, 2]
    assert fields["tokenizer.ggml.pre"].contents() == "smollm"
    assert fields["tokenizer.chat_template"].contents() == ours.chat_template
    assert fields["tokenizer.ggml.eos_token_id"].contents() == 2
    assert fields["general.architecture"].contents() == "llama"
    assert fields["general.name"].contents() == "base", "not the path of the folder"


def test_gguf_is_as_exact_beside_weights_of_another_number_type(tmp_path: Path) -> None:
    source = base(tmp_path / "base")
    export(str(source), tmp_path / "whole", gguf=True)
    export(str(source), tmp_path / "short", dtype="bfloat16", gguf=True)
    whole, short = (tmp_path / name / GGUF_NAME for name in ("whole", "short"))
    assert short.read_bytes() == whole.read_bytes()
    folder = AutoModelForCausalLM.from_pretrained(tmp_path / "short", dtype="auto")
    assert folder.dtype == torch.bfloat16


def test_gguf_is_as_open_to_others_as_any_new_file(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        path = export(str(base(tmp_path / "base")), tmp_path / "whole", gguf=True)[1]
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"file/model-f16.gguf: cannot be written"):
        write_gguf(tiny.model(), tiny.tokenizer(), tmp_path / "file" / GGUF_NAME)


@pytest.mark.parametrize("kind", ["mistral", "qwen3"])
def test_an_architecture_without_a_writer_is_refused_before_anything_is_written(
    tmp_path: Path, kind: str
) -> None:
    source = base(tmp_path / "base", kind)
    with pytest.raises(InputError, match=r"no GGUF for models of type .*convert_hf_to_gguf"):
        export(str(source), tmp_path / "whole", gguf=True)
    assert not (tmp_path / "whole").exists()


def test_a_tokenizer_that_cuts_in_an_unknown_way_is_refused(tmp_path: Path) -> None:
    odd = tiny.tokenizer()
    odd.backend_tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    with pytest.raises(InputError, match="kind of tokenizer"):
        write_gguf(tiny.model(), odd, tmp_path / GGUF_NAME)
    assert not list(tmp_path.iterdir())


def test_the_command_prints_what_it_wrote_and_says_mistakes_in_a_line(tmp_path: Path) -> None:
    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from iapo.cli import main; main()", "export"]
        return subprocess.run(
            [*command, *map(str, arguments)], capture_output=True, text=True, env=os.environ
        )

    source = base(tmp_path / "base", "smollm")
    done = run(source, "--output", tmp_path / "whole", "--gguf")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        str(tmp_path / "whole"),
        str(tmp_path / "whole" / GGUF_NAME),
    ]
    for arguments, says in (
        ((source, "--output", tmp_path / "x", "--dtype", "int4"), "unknown dtype 'int4'"),
        ((tmp_path / "none", "--output", tmp_path / "x"), "no model folder at"),
    ):
        done = run(*arguments)
        assert done.returncode == 2 and says in done.stderr and "Traceback" not in done.stderr
