import json
import sys
import tempfile
import unittest
from pathlib import Path

import numpy
import torch

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "python"), str(Path(__file__).resolve().parent)]

import agreement  # noqa: E402
import make_cases  # noqa: E402
import noise  # noqa: E402
from forward_inf import Losses, Reference, influence, ranking  # noqa: E402


class NoiseTests(unittest.TestCase):
    def test_philox_gives_the_published_vectors(self):
        published = [
            ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
            ((2**32 - 1,) * 4, (2**32 - 1,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
            ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0), "d16cfe09 94fdcceb 5001e420 24126ea1"),
        ]
        for counter, key, words in published:
            found = noise.philox(numpy.array(counter, numpy.uint32), key)
            self.assertEqual(" ".join(f"{word:08x}" for word in found), words)

    def test_a_row_keeps_its_noise_whatever_its_length(self):
        self.assertTrue(numpy.array_equal(noise.normal(3, -5, 1, 10), noise.normal(3, -5, 1, 1000)[:10]))

    def test_normals_are_standard(self):
        values = noise.normal(1, 2, 3, 100_000).astype(numpy.float64)
        self.assertLess(abs(values.mean()), 0.02)
        self.assertLess(abs(values.std() - 1), 0.02)

    def test_timesteps_cover_their_range(self):
        self.assertEqual({noise.timestep(0, row, 0, 5) for row in range(200)}, set(range(5)))


class RankingTests(unittest.TestCase):
    values = numpy.array([1.0, -3.0, numpy.nan, 1.0, 2.0])

    def test_ties_go_to_the_smaller_row_and_nan_never_ranks(self):
        self.assertEqual(ranking(self.values, "proponents").tolist(), [4, 0, 3, 1])
        self.assertEqual(ranking(self.values, "opponents").tolist(), [1, 0, 3, 4])
        self.assertEqual(ranking(self.values, "absolute", 2).tolist(), [1, 4])

    def test_estimators_average_over_draws_after_differencing(self):
        losses = Losses(["q"], base=numpy.array([[1.0], [2.0]]), ascended=numpy.array([[[2.0], [5.0]]]))
        self.assertAlmostEqual(influence(losses, "forward-inf", "ascent")[0, 0], 2.0)
        self.assertAlmostEqual(influence(losses, "forward-inf", "descent")[0, 0], -2.0)
        self.assertAlmostEqual(influence(losses, "skew", "ascent")[0, 0], (1 / 3.001 + 3 / 7.001) / 2)


class CaseTests(unittest.TestCase):
    """On the logistic model, whose ascent can be written down."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        torch.manual_seed(0)
        size = make_cases.SIZES["small"]
        cls.model = next(model for model in (build() for build in make_cases.all_models(size)) if model.name == "logistic")
        make_cases.write_model(cls.folder, cls.model, size)
        for name, case in cls.model.cases.items():
            make_cases.write_case(cls.folder, name, cls.model, case, top_k=100)
        cls.spec = cls.folder / "momentum-sgd-3.spec.json"
        cls.expected = json.loads((cls.folder / "momentum-sgd-3.expected.json").read_text())
        cls.losses = numpy.load(cls.folder / "momentum-sgd-3.expected.npz")

    def test_ascent_is_sgd_with_momentum_and_weight_decay_written_out(self):
        state = {name: value.double().numpy() for name, value in Reference(self.spec).model().state_dict().items()}
        weight, bias = state["module.0.weight"], state["module.0.bias"]
        test, train = numpy.load(self.folder / "test.npz"), numpy.load(self.folder / "train.npz")

        def probabilities(x, w, b):
            logits = x @ w.T + b
            exponents = numpy.exp(logits - logits.max(1, keepdims=True))
            return exponents / exponents.sum(1, keepdims=True)

        for query in range(len(test["id"])):
            x, label = test["x"][query].astype(float), test["label"][query]
            w, b = weight.copy(), bias.copy()
            w_velocity, b_velocity = numpy.zeros_like(w), numpy.zeros_like(b)
            for _ in range(3):
                residual = probabilities(x[None], w, b)[0] - numpy.eye(len(b))[label]
                w_velocity = 0.9 * w_velocity - numpy.outer(residual, x) + 1e-3 * w
                b_velocity = 0.9 * b_velocity - residual + 1e-3 * b
                w, b = w - 0.1 * w_velocity, b - 0.1 * b_velocity
            ascended = -numpy.log(probabilities(train["x"].astype(float), w, b)[numpy.arange(len(train["label"])), train["label"]])
            gap = numpy.abs(ascended - self.losses["ascended"][query, 0]).max()
            self.assertLessEqual(gap, self.expected["tolerance"]["ascended"])

    def test_tolerance_is_far_below_what_is_measured(self):
        self.assertLess(self.expected["tolerance"]["influence"], 1e-3 * self.expected["influenceDeviation"])

    def test_another_learning_rate_is_out_of_tolerance(self):
        spec = json.loads(self.spec.read_text())
        spec["ascent"]["learningRate"] *= 1.001
        other = self.folder / "other.spec.json"
        other.write_text(json.dumps(spec))
        gap = numpy.abs(Reference(other).run().ascended - self.losses["ascended"]).max()
        self.assertGreater(gap, self.expected["tolerance"]["ascended"])

    def test_a_result_of_the_reference_itself_agrees(self):
        self.assertEqual(agreement.disagreements(self.spec, self.result()), [])

    def test_a_shifted_influence_disagrees(self):
        path = self.result()
        result = json.loads(path.read_text())
        result["queries"][1]["top"][5]["influence"] += 3 * self.expected["tolerance"]["influence"]
        path.write_text(json.dumps(result))
        self.assertEqual(len(agreement.disagreements(self.spec, path)), 1)

    def test_swapped_ranks_disagree(self):
        path = self.result()
        result = json.loads(path.read_text())
        top = result["queries"][0]["top"]
        top[0], top[1] = top[1], top[0]
        path.write_text(json.dumps(result))
        self.assertEqual(len(agreement.disagreements(self.spec, path)), 2)

    def test_ranks_closer_than_rounding_may_swap(self):
        values = numpy.array([3.0, 2.0, 2.0 + 1e-7, 1.0])
        self.assertEqual(agreement.top_disagreements(values, numpy.array([0, 2]), numpy.array([0, 1]), allowed=1e-7), [])
        self.assertEqual(len(agreement.top_disagreements(values, numpy.array([0, 2]), numpy.array([0, 1]), allowed=1e-8)), 1)

    def result(self) -> Path:
        """What the engine would write if it were the reference."""
        queries = []
        for index, query in enumerate(self.expected["queries"]):
            top = [
                {
                    "id": int(self.losses["id"][row]),
                    "influence": float(self.losses["influence"][index, row]),
                    "lossDifference": float(self.losses["lossDifference"][index, row]),
                    "baseLoss": float(self.losses["baseLoss"][row]),
                }
                for row in query["top"]
            ]
            queries.append({"query": query["name"], "top": top})
        path = self.folder / "result.json"
        path.write_text(json.dumps({"queries": queries}))
        return path


if __name__ == "__main__":
    unittest.main()
