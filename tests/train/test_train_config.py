"""Configuration: later sources win, and a wrong key or value names the right ones."""

from __future__ import annotations

import pytest

from iapo.errors import InputError
from iapo.train.coercion import ConfigError
from iapo.train.config import PRESETS, TrainConfig, from_sources, with_values


def test_flags_win_over_environment_over_file_over_preset(tmp_path):
    file = tmp_path / "run.yaml"
    file.write_text("lr: 1e-3\nseed: 3\nsteps: 7\n")
    config = from_sources(
        {"seed": 5, "lr": None},
        preset="laptop",
        file=file,
        environment={"IAPO_TRAIN_SEED": "4", "IAPO_TRAIN_STEPS": "9", "HOME": "x"},
    )
    assert (config.seed, config.steps, config.lr) == (5, 9, 1e-3)
    assert config.prompts_per_step == PRESETS["laptop"]["prompts_per_step"]


def test_the_written_configuration_reads_back_as_the_same(tmp_path):
    config = TrainConfig(categories=("terraform", "cicd"), lr=3e-6, output="x", kl=0.1)
    file = tmp_path / "config.yaml"
    file.write_text(config.to_yaml())
    assert from_sources(file=file, environment={}) == config


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_every_preset_is_a_configuration(preset):
    assert isinstance(from_sources(preset=preset, environment={}), TrainConfig)


def test_an_unknown_key_names_the_near_one():
    with pytest.raises(ConfigError, match="'learning_rate'") as error:
        with_values(TrainConfig(), {"learning_rate": 1})
    assert "keys:" in str(error.value) or "did you mean" in str(error.value)
    with pytest.raises(ConfigError, match="did you mean group_size"):
        with_values(TrainConfig(), {"groupsize": 4})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"normalisation": "mean"}, "normalisation: one of dapo, dr_grpo, grpo, got 'mean'"),
        ({"group_size": 1}, "group_size: at least 2, got 1"),
        ({"group_size": 2.5}, "group_size: a whole number, got 2.5"),
        ({"lr": "fast"}, "lr: a number, got 'fast'"),
        ({"lr": float("nan")}, "lr: a finite number, got nan"),
        ({"procedural": "maybe"}, "procedural: true or false, got 'maybe'"),
        ({"categories": 3}, "categories: a list of names, got 3"),
    ],
)
def test_a_wrong_value_is_answered_with_what_is_right(values, said):
    with pytest.raises(ConfigError) as error:
        with_values(TrainConfig(), values)
    assert str(error.value) == said
    assert isinstance(error.value, InputError)


def test_an_unreadable_file_is_one_line(tmp_path):
    with pytest.raises(ConfigError, match="cannot read"):
        from_sources(file=tmp_path / "none.yaml", environment={})
    (tmp_path / "bad.yaml").write_text("a: [")
    with pytest.raises(ConfigError, match="is not YAML"):
        from_sources(file=tmp_path / "bad.yaml", environment={})


def test_an_unknown_preset_names_the_known_ones():
    with pytest.raises(ConfigError, match="default, laptop"):
        from_sources(preset="desktop", environment={})


def test_every_field_is_documented():
    documented = TrainConfig.__doc__ or ""
    missing = [n for n in TrainConfig.__dataclass_fields__ if f"{n}" not in documented]
    assert not missing
