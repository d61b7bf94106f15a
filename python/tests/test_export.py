import contextlib
import io
import json
import sys
import tempfile
import unittest
import warnings
import zipfile
from pathlib import Path
from typing import Tuple

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mirrored_export import ExportError, check, export  # noqa: E402
from mirrored_export.archive import sha256  # noqa: E402

IMAGE = {"image": ((1, 8, 8), "float32"), "label": ((), "int64")}
TOKENS = {"tokens": ((6,), "int64")}


def classifier() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 6 * 6, 10))


class LanguageModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(16, 8)
        self.head = nn.Linear(8, 16)

    def forward(self, tokens):
        return self.head(self.embedding(tokens))


def next_token_loss(logits: torch.Tensor, tokens: torch.Tensor):
    losses = nn.functional.cross_entropy(logits[:, :-1].transpose(1, 2), tokens[:, 1:], reduction="none")
    return losses.mean(1)


class Denoiser(nn.Module):
    """Returns the losses itself."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(8, 8)
        self.time = nn.Embedding(10, 8)

    def forward(self, image, timestep, noise):
        return (self.layer(image + noise) + self.time(timestep) - noise).square().mean(1)


class DenoiserBackbone(nn.Module):
    def __init__(self, whole):
        super().__init__()
        self.time = whole.time

    def forward(self, image, timestep, noise) -> Tuple[torch.Tensor, torch.Tensor]:
        return image + noise, self.time(timestep)


class DenoiserHead(nn.Module):
    def __init__(self, whole):
        super().__init__()
        self.layer = whole.layer

    def forward(self, noisy, time, noise):
        return (self.layer(noisy) + time - noise).square().mean(1)


def mean_loss(output: torch.Tensor, label: torch.Tensor):
    return nn.functional.cross_entropy(output, label)


def centred_loss(output: torch.Tensor, label: torch.Tensor):
    return nn.functional.cross_entropy(output - output.mean(0), label, reduction="none")


class ExportTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "model.pt"
        self.printed = ""

    def export(self, *positional, **named):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            digest = export(positional[0], positional[1], self.path, *positional[2:], **named)
        self.printed = printed.getvalue()
        return digest

    def refused(self, *fragments):
        refusal = self.assertRaises(ExportError)

        @contextlib.contextmanager
        def context():
            with refusal:
                yield
            for fragment in fragments:
                self.assertIn(fragment, str(refusal.exception))

        return context()

    def loaded(self):
        return torch.jit.load(str(self.path)).eval()

    # What is written

    def test_classifier_losses_are_those_of_module_and_loss(self):
        module = classifier()
        self.export(module, "cross_entropy", IMAGE)
        images, labels = torch.randn(5, 1, 8, 8), torch.tensor([0, 9, 3, 3, 1])
        expected = nn.functional.cross_entropy(module.eval()(images), labels, reduction="none")
        self.assertTrue(torch.equal(self.loaded()(image=images, label=labels), expected))

    def test_extra_file_names_the_arguments_in_order(self):
        self.export(classifier(), "cross_entropy", IMAGE)
        extra = {"mirrored.json": ""}
        torch.jit.load(str(self.path), _extra_files=extra)
        arguments = [{"name": "image", "dtype": "float32", "shape": [1, 8, 8]}, {"name": "label", "dtype": "int64", "shape": []}]
        self.assertEqual(json.loads(extra["mirrored.json"]), {"format": 1, "arguments": arguments})

    def test_prints_arguments_digest_and_next_command(self):
        digest = self.export(classifier(), "cross_entropy", IMAGE)
        self.assertEqual(digest, sha256(self.path))
        for line in ("argument  image float32 [B, 1, 8, 8]", "argument  label int64 [B]", digest, f"./mirrored inspect {self.path}"):
            self.assertIn(line, self.printed)

    def test_archive_holds_no_source_paths(self):
        self.export(classifier(), "cross_entropy", IMAGE)
        with zipfile.ZipFile(self.path) as archive:
            for name in archive.namelist():
                self.assertNotIn(b"/python", archive.read(name), name)

    def test_module_keeps_its_mode(self):
        module = classifier().train()
        self.export(module, "cross_entropy", IMAGE)
        self.assertTrue(module.training)

    def test_twice_in_one_process_with_different_arguments(self):
        module = classifier()
        self.export(module, "cross_entropy", IMAGE)
        self.export(module, "cross_entropy", {"pixels": IMAGE["image"], "target": IMAGE["label"]})
        self.assertIn("argument  pixels", self.printed)

    def test_loss_given_as_the_function_itself(self):
        self.export(classifier(), nn.functional.cross_entropy, IMAGE)

    def test_loss_given_as_module(self):
        module, loss = classifier(), nn.CrossEntropyLoss(reduction="none", label_smoothing=0.1)
        self.export(module, loss, IMAGE)
        images, labels = torch.randn(3, 1, 8, 8), torch.tensor([1, 2, 3])
        self.assertTrue(torch.equal(self.loaded()(images, labels), loss(module.eval()(images), labels)))

    def test_elementwise_loss_is_averaged_within_a_row(self):
        module = nn.Linear(3, 2)
        self.export(module, "mse_loss", {"x": ((3,), "float32"), "y": ((2,), "float32")})
        x, y = torch.randn(4, 3), torch.randn(4, 2)
        self.assertTrue(torch.allclose(self.loaded()(x, y), (module(x) - y).square().mean(1)))

    def test_targets_may_repeat_an_input(self):
        module = LanguageModel()
        self.export(module, next_token_loss, TOKENS, targets=["tokens"])
        tokens = torch.randint(0, 16, (3, 6))
        self.assertTrue(torch.equal(self.loaded()(tokens), next_token_loss(module(tokens), tokens)))

    def test_module_that_returns_losses(self):
        module = Denoiser()
        self.export(module, None, {"image": ((8,), "float32"), "timestep": ((), "int64"), "noise": ((8,), "float32")})
        rows = torch.randn(3, 8), torch.tensor([0, 5, 9]), torch.randn(3, 8)
        self.assertTrue(torch.equal(self.loaded()(*rows), module(*rows)))

    def test_torch_dtypes_are_names(self):
        self.export(classifier(), "cross_entropy", {"image": ((1, 8, 8), torch.float32), "label": ((), torch.int64)})
        self.assertIn("argument  label int64 [B]", self.printed)

    def test_rows_may_be_numpy_arrays(self):
        module = classifier()
        rows = {"image": torch.randn(2, 1, 8, 8).numpy(), "label": torch.tensor([7, 9]).numpy()}
        self.export(module, "cross_entropy", IMAGE, split=(module[:3], module[3:]), rows=rows)
        self.assertIn("2 rows", self.printed)

    def test_next_command_quotes_the_path(self):
        self.path = self.path.with_name("my model.pt")
        self.export(classifier(), "cross_entropy", IMAGE)
        self.assertIn(f"./mirrored inspect '{self.path}'", self.printed)

    def test_failed_check_leaves_no_file(self):
        with self.refused("forward returns a scalar"):
            self.export(classifier(), mean_loss, IMAGE)
        self.assertEqual(list(self.path.parent.iterdir()), [])

    def test_failed_check_keeps_the_archive_that_was_there(self):
        digest = self.export(classifier(), "cross_entropy", IMAGE)
        with self.refused("forward returns a scalar"):
            self.export(classifier(), mean_loss, IMAGE)
        self.assertEqual((sha256(self.path), list(self.path.parent.iterdir())), (digest, [self.path]))

    # Split into prefix and suffix

    def test_split_suffix_of_prefix_is_forward(self):
        module = classifier()
        self.export(module, "cross_entropy", IMAGE, split=(module[:3], module[3:]))
        scripted = self.loaded()
        images, labels = torch.randn(5, 1, 8, 8), torch.tensor([0, 9, 3, 3, 1])
        features = scripted.prefix(images)
        self.assertIsInstance(features, tuple)
        self.assertTrue(torch.equal(scripted.suffix(*features, labels), scripted(images, labels)))
        self.assertTrue(torch.equal(scripted(images, labels), nn.functional.cross_entropy(module.eval()(images), labels, reduction="none")))
        self.assertEqual({name.split(".")[0] for name, _ in scripted.named_parameters()}, {"backbone", "head"})

    def test_split_with_several_features_and_own_losses(self):
        module = Denoiser()
        arguments = {"image": ((8,), "float32"), "timestep": ((), "int64"), "noise": ((8,), "float32")}
        self.export(module, None, arguments, split=(DenoiserBackbone(module), DenoiserHead(module)), targets=["noise"])
        extra = {"mirrored.json": ""}
        scripted = torch.jit.load(str(self.path), _extra_files=extra)
        document = json.loads(extra["mirrored.json"])
        self.assertEqual((document["prefix"], document["suffix"]), (["image", "timestep", "noise"], ["noise"]))
        rows = torch.randn(3, 8), torch.tensor([0, 5, 9]), torch.randn(3, 8)
        self.assertTrue(torch.equal(scripted.suffix(*scripted.prefix(*rows), rows[2]), module(*rows)))

    def test_split_that_skips_a_layer_is_refused(self):
        module = classifier()
        with self.refused("head(backbone(…)) is not the module", "differ by up to"):
            self.export(module, "cross_entropy", IMAGE, split=(module[:2], module[3:]))

    # Refusals before anything is written

    def test_mean_reduced_loss_module_is_refused(self):
        with self.refused("CrossEntropyLoss has reduction='mean'", "reduction='none'"):
            self.export(classifier(), nn.CrossEntropyLoss(), IMAGE)

    def test_unknown_loss_name_is_refused(self):
        with self.refused("torch.nn.functional has no loss 'crossentropy'", "such as 'cross_entropy'"):
            self.export(classifier(), "crossentropy", IMAGE)

    def test_function_that_is_no_loss_is_refused(self):
        with self.refused("torch.nn.functional has no loss 'relu'"):
            self.export(classifier(), "relu", IMAGE)

    def test_unscriptable_module_is_refused(self):
        class Unscriptable(nn.Module):
            def forward(self, *images):
                return images[0]

        with self.refused("module Unscriptable is not scriptable", "torch.jit.script(module) shows where"):
            self.export(Unscriptable(), "cross_entropy", IMAGE)

    def test_traced_module_is_refused(self):
        traced = torch.jit.trace(classifier().eval(), torch.randn(2, 1, 8, 8))
        with self.refused("torch.jit.trace", "pass the nn.Module itself"):
            self.export(traced, "cross_entropy", IMAGE)

    def test_argument_nobody_takes_is_refused(self):
        with self.refused("nothing takes argument 'label'"):
            self.export(classifier(), None, IMAGE)

    def test_missing_argument_is_refused(self):
        with self.refused("takes 3 (image, timestep, noise)", "1 arguments are declared: image"):
            self.export(Denoiser(), None, {"image": ((8,), "float32")})

    def test_shape_that_is_a_number_is_refused(self):
        with self.refused("argument 'image' has shape 12; expected the sizes of one row as a tuple, such as (12,)"):
            self.export(classifier(), "cross_entropy", {"image": (12, "float32"), "label": ((), "int64")})

    def test_declaration_without_a_dtype_is_refused(self):
        with self.refused("argument 'image' is declared as (12,); expected (shape of one row, dtype)"):
            self.export(classifier(), "cross_entropy", {"image": (12,), "label": ((), "int64")})

    def test_missing_folder_is_refused(self):
        self.path = self.path.parent / "missing" / "model.pt"
        with self.refused(f"{self.path} lies in {self.path.parent}, which is no folder"):
            self.export(classifier(), "cross_entropy", IMAGE)

    def test_lambda_loss_is_refused(self):
        with self.refused("loss is a lambda, whose source TorchScript cannot read; write it as a function with def"):
            self.export(classifier(), lambda output, label: output.sum(1) - label, IMAGE)

    def test_missing_target_is_refused(self):
        with self.refused("the loss takes 1 besides the output (target), but 0 arguments are left for it: the module takes image"):
            self.export(classifier(), "cross_entropy", {"image": IMAGE["image"]})

    def test_argument_that_misspells_the_modules_is_refused(self):
        declared = {"image": ((8,), "float32"), "timestamp": ((), "int64"), "noise": ((8,), "float32")}
        with self.refused("argument 2 is 'timestamp'; expected 'timestep': the module takes 3 (image, timestep, noise), in this order", "--train-columns timestep=<column>"):
            self.export(Denoiser(), None, declared)

    def test_arguments_in_another_order_are_refused(self):
        declared = {"image": ((8,), "float32"), "noise": ((8,), "float32"), "timestep": ((), "int64")}
        with self.refused("argument 2 is 'noise'; expected 'timestep'"):
            self.export(Denoiser(), None, declared)

    def test_undeclared_target_is_refused(self):
        with self.refused("targets hold 'token', which is not declared"):
            self.export(LanguageModel(), next_token_loss, TOKENS, targets=["token"])

    def test_unknown_dtype_is_refused(self):
        with self.refused("argument 'label' has dtype 'long'; expected one of bool, uint8"):
            self.export(classifier(), "cross_entropy", {"image": IMAGE["image"], "label": ((), "long")})

    def test_argument_name_that_is_no_identifier_is_refused(self):
        with self.refused("argument name 'image.bytes'"):
            self.export(classifier(), "cross_entropy", {"image.bytes": IMAGE["image"], "label": IMAGE["label"]})

    # Refusals of the check

    def test_scalar_loss_is_refused(self):
        with self.refused("forward returns a scalar", "float32 [4]", "reduction='none'"):
            self.export(classifier(), mean_loss, IMAGE)

    def test_losses_per_token_are_refused(self):
        def per_token(logits: torch.Tensor, tokens: torch.Tensor):
            return torch.nn.functional.cross_entropy(logits.transpose(1, 2), tokens, reduction="none")

        with self.refused("forward returns shape [4, 6] for 4 rows; expected [4]", "Average within each row"):
            self.export(LanguageModel(), per_token, TOKENS, targets=["tokens"])

    def test_float64_losses_are_refused(self):
        with self.refused("forward returns torch.float64; expected float32"):
            self.export(nn.Linear(3, 2).double(), "mse_loss", {"x": ((3,), "float64"), "y": ((2,), "float64")})

    def test_loss_that_mixes_rows_is_refused(self):
        with self.refused("neighbours in the mini-batch change", "a mean over the mini-batch"):
            self.export(classifier(), centred_loss, IMAGE)

    def test_broadcast_targets_are_refused_without_a_warning_of_torch(self):
        for loss in ("mse_loss", "huber_loss"):
            with self.subTest(loss=loss), warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                with self.refused("neighbours in the mini-batch change", "shape [B,1]"):
                    self.export(nn.Linear(3, 1), loss, {"x": ((3,), "float32"), "y": ((), "float32")})
                self.assertEqual([], warned)

    def test_target_without_the_last_dimension_of_the_output_is_named(self):
        rows, module = {"x": ((8,), "float32"), "y": ((), "float32")}, nn.Sequential(nn.Linear(8, 1), nn.Sigmoid())
        for loss in ("binary_cross_entropy_with_logits", "binary_cross_entropy"):
            with self.subTest(loss=loss):
                with self.refused("'y' is declared [B], where the output has [B, 1]", "Declare 'y' as ((1,), 'float32'), or take the last dimension"):
                    self.export(module, loss, rows)
                self.export(module, loss, {**rows, "y": ((1,), "float32")})
        with self.refused("'y' is declared [B], where the output has [B, 1]", "Take the last dimension from the module's output with squeeze(-1)"):
            self.export(module, nn.BCEWithLogitsLoss(reduction="none"), rows)

    def test_batch_norm_without_running_statistics_is_refused(self):
        module = classifier()
        module[1] = nn.BatchNorm2d(4, track_running_stats=False)
        with self.refused("'module.1' is a BatchNorm without running statistics"):
            self.export(module, "cross_entropy", IMAGE)

    def test_randomness_in_eval_mode_is_refused(self):
        class Noisy(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = nn.Linear(3, 2)

            def forward(self, x):
                return torch.nn.functional.dropout(self.layer(x), training=True)

        with self.refused("two forwards of the same rows in eval mode differ"):
            self.export(Noisy(), "mse_loss", {"x": ((3,), "float32"), "y": ((2,), "float32")})

    def test_detached_output_is_refused(self):
        class Detached(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = nn.Linear(3, 2)

            def forward(self, x):
                return self.layer(x).detach()

        with self.refused("no gradient reaches any parameter"):
            self.export(Detached(), "mse_loss", {"x": ((3,), "float32"), "y": ((2,), "float32")})

    def test_traced_part_with_baked_mode_is_refused(self):
        class Outer(nn.Module):
            def __init__(self):
                super().__init__()
                self.inner = torch.jit.trace(classifier().eval(), torch.randn(2, 1, 8, 8))

            def forward(self, image):
                return self.inner(image)

        with self.refused("train mode changes no loss, though 'module.inner.1' depends on it"):
            self.export(Outer(), "cross_entropy", IMAGE)

    def test_wrong_shape_is_refused_in_words_of_the_model(self):
        with self.refused("forward fails on 4 rows of the declared shapes"):
            self.export(classifier(), "cross_entropy", {"image": ((1, 9, 9), "float32"), "label": ((), "int64")})

    def test_shapes_with_the_batch_dimension_are_named(self):
        for image, label, fragment in (
            ((32, 1, 8, 8), (32,), "'image' [32, 1, 8, 8], expected [1, 8, 8]; 'label' [32], expected []"),
            ((1, 8, 8), (1,), "batch dimension: 'label' [1], expected []."),
        ):
            with self.refused("seem to include the batch dimension", fragment):
                self.export(classifier(), "cross_entropy", {"image": (image, "float32"), "label": (label, "int64")})

    def test_rows_that_are_no_tensors_are_refused(self):
        self.export(classifier(), "cross_entropy", IMAGE)
        with self.refused("rows of 'image' are str; expected a torch tensor or a numpy array"):
            check(self.path, {"image": "seven", "label": torch.tensor([7])})

    def test_check_refuses_what_is_not_torchscript(self):
        self.path.write_bytes(b"not an archive")
        with self.refused("is not a TorchScript archive"):
            check(self.path)

    def test_check_refuses_an_archive_without_names(self):
        torch.jit.save(torch.jit.script(classifier()), str(self.path))
        with self.refused("holds no mirrored.json"):
            check(self.path)

    def test_check_takes_real_rows(self):
        self.export(classifier(), "cross_entropy", IMAGE)
        self.assertIn("2 rows", check(self.path, {"image": torch.randn(2, 1, 8, 8), "label": torch.tensor([7, 9])}))

    def test_check_names_rows_of_the_wrong_shape(self):
        self.export(classifier(), "cross_entropy", IMAGE)
        with self.refused("rows of 'image' are torch.float32 [2, 8, 8]; expected image float32 [B, 1, 8, 8]"):
            check(self.path, {"image": torch.randn(2, 8, 8), "label": torch.tensor([7, 9])})


if __name__ == "__main__":
    unittest.main()
