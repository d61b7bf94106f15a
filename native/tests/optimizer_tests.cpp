#include "optimizer.h"

#include <gtest/gtest.h>

#include "mirrored_torch.h"

namespace mirrored::tests {
namespace {

double after(const Optimizer::Options& options, std::initializer_list<double> gradients) {
    auto parameter = at::full({1}, 2.0, at::kDouble);
    Optimizer optimizer(options, 1);
    for (const auto gradient : gradients) {
        optimizer.step({parameter}, {at::full({1}, gradient, at::kDouble)});
    }
    return parameter.item<double>();
}

// Expected values by hand from the update rules; tests/golden/torch compares whole ascents with torch.optim.
TEST(Optimizer, SgdDescends) { EXPECT_DOUBLE_EQ(after({MIRRORED_SGD, false, 0.1, 0, 0}, {3}), 2 - 0.3); }

TEST(Optimizer, MaximiseNegatesTheGradientBeforeWeightDecay) {
    EXPECT_DOUBLE_EQ(after({MIRRORED_SGD, true, 0.1, 0, 0.5}, {3}), 2 - 0.1 * (-3 + 0.5 * 2));
}

TEST(Optimizer, MomentumStartsWithTheFirstGradient) {
    EXPECT_DOUBLE_EQ(after({MIRRORED_SGD, false, 0.1, 0.9, 0}, {3, 1}), 2 - 0.1 * 3 - 0.1 * (0.9 * 3 + 1));
}

TEST(Optimizer, FirstAdamStepIsTheLearningRate) {
    EXPECT_NEAR(after({MIRRORED_ADAM, false, 0.01, 0, 0}, {3}), 2 - 0.01, 1e-10);
    EXPECT_NEAR(after({MIRRORED_ADAM, true, 0.01, 0, 0}, {3}), 2 + 0.01, 1e-10);
}

TEST(Optimizer, AdamWDecaysTheParameterItself) {
    EXPECT_NEAR(after({MIRRORED_ADAMW, false, 0.01, 0, 0.5}, {3}), 2 * (1 - 0.005) - 0.01, 1e-10);
}

TEST(Optimizer, ParameterWithoutGradientStays) {
    const auto parameter = at::full({1}, 2.0);
    Optimizer({MIRRORED_SGD, false, 0.1, 0, 0.5}, 1).step({parameter}, {at::Tensor()});
    EXPECT_EQ(parameter.item<float>(), 2);
}

}  // namespace
}  // namespace mirrored::tests
