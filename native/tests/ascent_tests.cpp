#include "ascent.h"

#include <gtest/gtest.h>

#include "failure.h"
#include "fixtures.h"

namespace mirrored::tests {
namespace {

mirrored_ascent sgd(const std::vector<int32_t>& trainable) {
    mirrored_ascent options{};
    options.trainable = trainable.data();
    options.trainable_count = static_cast<int32_t>(trainable.size());
    options.maximise = 1;
    options.steps = 1;
    options.optimizer = MIRRORED_SGD;
    options.repeat = 1;
    options.threads = 1;
    options.learning_rate = 0.1;
    options.draw_count = 1;
    options.mini_batch_rows = 64;
    options.perturbed_argument = -1;
    return options;
}

AscentOutcome ascend_rows(const Model& model, int32_t argument_count, const mirrored_ascent& options, const Rows& rows) {
    const XAndY columns;
    return ascend(model, Layout(columns.layout(argument_count), model.forward().argument_names), options,
                  {rows.pointers.data(), rows.row_count, nullptr});
}

const std::vector<int32_t> all = {0, 1, 2, 3};

TEST(Ascent, RaisesTheLossAndDescentLowersIt) {
    const auto model = load(mlp_archive());
    auto options = sgd(all);
    const auto up = ascend_rows(model, 2, options, Rows(4));
    EXPECT_GT(up.loss_after, up.loss_before);
    options.maximise = 0;
    const auto down = ascend_rows(model, 2, options, Rows(4));
    EXPECT_LT(down.loss_after, down.loss_before);
}

TEST(Ascent, LeavesTheBaseModelAsItWas) {
    const auto model = load(mlp_archive());
    std::vector<at::Tensor> before;
    for (const auto& slot : model.slots()) {
        before.push_back(slot.tensor.clone());
    }
    ascend_rows(model, 2, sgd(all), Rows(4));
    for (size_t index = 0; index < before.size(); ++index) {
        EXPECT_TRUE(at::equal(model.slots()[index].tensor, before[index]));
    }
}

TEST(Ascent, OnlyTrainableParametersMove) {
    const auto model = load(mlp_archive());
    const std::vector<int32_t> some = {3};
    const auto outcome = ascend_rows(model, 2, sgd(some), Rows(4));
    ASSERT_EQ(outcome.weights.entries().size(), 1u);
    EXPECT_EQ(outcome.weights.entries()[0].slot_index, 3u);
}

TEST(Ascent, AccumulatedGradientsAreThoseOfTheWholeQuery) {
    const auto model = load(mlp_archive());
    auto options = sgd(all);
    const auto whole = ascend_rows(model, 2, options, Rows(10));
    options.mini_batch_rows = 3;
    const auto parts = ascend_rows(model, 2, options, Rows(10));
    for (size_t index = 0; index < 4; ++index) {
        EXPECT_TRUE(at::allclose(whole.weights.entries()[index].tensor, parts.weights.entries()[index].tensor, 1e-5, 1e-6));
    }
}

TEST(Ascent, RepeatedRowsHaveTheSameMean) {
    const auto model = load(mlp_archive());
    auto options = sgd(all);
    const auto once = ascend_rows(model, 2, options, Rows(2));
    options.repeat = 2;
    const auto twice = ascend_rows(model, 2, options, Rows(2));
    EXPECT_NEAR(once.loss_after, twice.loss_after, 1e-6);
}

TEST(Ascent, TrainModeMovesBuffersAndScoresInEvalMode) {
    const auto model = load(batch_norm_archive());
    const std::vector<int32_t> parameters = {0, 1};
    auto options = sgd(parameters);
    options.learning_rate = 1e-3;
    options.mode = MIRRORED_MODE_TRAIN;
    const auto outcome = ascend_rows(model, 1, options, Rows(4));
    ASSERT_EQ(outcome.weights.entries().size(), 4u);
    options.mode = MIRRORED_MODE_EVAL;
    EXPECT_EQ(ascend_rows(model, 1, options, Rows(4)).weights.entries().size(), 2u);
}

TEST(Ascent, TrainModeThatChangesNothing_IsRefused) {
    const auto model = load(baked_archive());
    const std::vector<int32_t> parameters = {0, 1};
    auto options = sgd(parameters);
    for (const int32_t mode : {MIRRORED_MODE_TRAIN, MIRRORED_MODE_TRAIN_OWNERS}) {
        options.mode = mode;
        EXPECT_THROW(ascend_rows(model, 1, options, Rows(4)), Failure);
    }
}

TEST(Ascent, LossWithoutTrainableParameter_IsRefused) {
    const auto model = load(archive("def forward(self, x):\n    return x.sum(1)\n", {{"w", at::ones({1})}}));
    const std::vector<int32_t> parameters = {0};
    EXPECT_THROW(ascend_rows(model, 1, sgd(parameters), Rows(4)), Failure);
}

TEST(Ascent, CancelledFlagStopsIt) {
    const auto model = load(mlp_archive());
    const volatile int32_t cancelled = 1;
    auto options = sgd(all);
    options.cancelled = &cancelled;
    try {
        ascend_rows(model, 2, options, Rows(4));
        FAIL();
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status, MIRRORED_CANCELLED);
    }
}

TEST(Ascent, PerturbationMovesTheRowByItsRadius) {
    // The loss is the squared distance to the row itself, so it is the squared radius.
    const Rows rows(1);
    const auto centre = at::from_blob(const_cast<float*>(rows.x.data()), {4}).clone();
    const auto model =
        load(archive("def forward(self, x):\n    return (x - self.c).pow(2).sum(1) * self.s\n", {{"s", at::ones({1})}}, {{"c", centre}}));
    const uint64_t key = 9;
    const std::vector<int32_t> scale = {0};
    auto options = sgd(scale);
    options.perturbed_argument = 0;
    options.perturbation_radius = 3;
    const auto outcome = ascend(model, Layout(XAndY().layout(1), {"x"}), options, {rows.pointers.data(), 1, &key});
    EXPECT_NEAR(outcome.loss_before, 9, 1e-4);
}

}  // namespace
}  // namespace mirrored::tests
