"""The guide as llama.cpp calls it: one text, scores in an array; and a GGUF file's own vocabulary."""

from __future__ import annotations

import numpy as np
import pytest
import tiny
import torch

from iapo.evaluate.engines import Decoding, Request
from iapo.generate.guide import Guide
from iapo.generate.guide.llama import LlamaProcessor
from iapo.generate.guide.vocabulary import vocabulary_of

TOKENIZER = tiny.tokenizer()
STOP = int(TOKENIZER.eos_token_id)
PROMPT = [5, 6, 7]


def tokens(text):
    return TOKENIZER(text, add_special_tokens=False)["input_ids"]


def likely(step):
    """What a model that knows nothing finds likely."""
    return np.random.default_rng(step).normal(size=len(TOKENIZER)).astype(np.float32) * 3


def written(processor, most=200, wish=likely):
    """What is chosen greedily under a processor, called as llama-cpp-python calls it."""
    ids = list(PROMPT)
    while len(ids) < len(PROMPT) + most and STOP not in ids[len(PROMPT) :]:
        # Scores are one field of an array of records there, so they are not next to each other.
        records = np.zeros(len(TOKENIZER), [("id", np.intc), ("logit", np.single)])
        records["logit"] = wish(len(ids) - len(PROMPT))
        records["logit"][:] = processor(np.asarray(ids, np.intc), records["logit"])
        ids.append(int(records["logit"].argmax()))
    return ids[len(PROMPT) :]


@pytest.mark.parametrize("format", ["terraform", "kubernetes", "dockerfile"])
def test_arrays_are_guided_as_tensors_are(format):
    guide = Guide(TOKENIZER, format=format, limit=80)
    ids = []
    while len(ids) < 80 and STOP not in ids:
        logits = guide([1], [ids], torch.from_numpy(likely(len(ids)))[None])
        ids.append(int(logits.argmax()))
    assert written(LlamaProcessor(guide), 80) == ids


def test_the_prompt_is_what_stands_there_at_first_and_each_answer_begins_anew():
    guide = Guide(TOKENIZER)
    once = written(LlamaProcessor(guide), 30)
    assert written(LlamaProcessor(guide), 30) == once


def test_an_answer_is_closed_where_the_room_or_the_limit_ends():
    def comments(_):
        wish = np.zeros(len(TOKENIZER), np.single)
        wish[tokens("#")[-1]] = 9.0
        return wish

    guide = Guide(TOKENIZER, format="dockerfile")
    assert STOP not in written(LlamaProcessor(guide), 120, comments)
    for options in ({"limit": 60}, {"context": 63}, {"limit": 60, "context": 500}):
        done = written(LlamaProcessor(guide, **options), 120, comments)
        assert done[-1] == STOP and 20 < len(done) <= 60
    limited = Guide(TOKENIZER, format="dockerfile", limit=60)
    assert len(written(LlamaProcessor(limited), 120, comments)) <= 60


def test_what_goes_wrong_ends_the_answer_and_is_kept(monkeypatch):
    processor = LlamaProcessor(Guide(TOKENIZER))
    assert len(written(processor, 5)) == 5 and processor.failure is None

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Guide, "allowed", interrupted)
    assert written(processor, 9) == [STOP]
    assert isinstance(processor.failure, KeyboardInterrupt)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A GGUF file of a tiny model that knows nothing."""
    pytest.importorskip("llama_cpp")
    from iapo.models.export import export
    from iapo.models.saving import save_model

    folder = tmp_path_factory.mktemp("gguf")
    save_model(tiny.model(spread=3.0), TOKENIZER, folder / "model")
    paths = export(str(folder / "model"), folder / "out", gguf=True)
    return next(path for path in paths if path.suffix == ".gguf")


def test_a_gguf_file_tells_what_its_tokens_write(file):
    from llama_cpp import Llama

    from iapo.generate.guide.llama import llama_vocabulary

    vocabulary, stop = llama_vocabulary(Llama(str(file), vocab_only=True, verbose=False))
    assert STOP in stop
    own = list(vocabulary_of(TOKENIZER).pieces)
    # llama.cpp takes this name for one of gpt-oss's, which it prints.
    own[TOKENIZER.convert_tokens_to_ids("<|start|>")] = b"<|start|>"
    assert vocabulary.pieces[: len(own)] == own
    assert not any(vocabulary.pieces[len(own) :])


def test_a_gguf_file_is_guided_in_the_formats_that_have_a_guide(file):
    from iapo.evaluate.engines.gguf import GgufEngine

    formats = ("terraform", "ansible", "dockerfile")
    asked = [Request(n, f"write {n}", format, (0, 1), n) for n, format in enumerate(formats)]
    decoding = Decoding(2, 1.0, max_new_tokens=60)

    def answers(guided):
        engine = GgufEngine(file, decoding, guided)
        try:
            return {(a.place, a.number): a for batch in engine.answers(asked) for a in batch}
        finally:
            engine.close()

    free, guided = answers(False), answers(True)
    assert {key for key in free if free[key].text == guided[key].text} == {(1, 0), (1, 1)}
    for (place, _), answer in guided.items():
        if formats[place] != "ansible":
            guide = Guide(TOKENIZER, format=formats[place])
            position = guide.first
            for token in tokens(answer.text):
                position = guide.after(position, token)
            assert position.state is not None
            assert answer.tokens <= 60
