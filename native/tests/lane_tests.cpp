#include "lane.h"

#include <gtest/gtest.h>

#include "failure.h"
#include "fixtures.h"

namespace mirrored::tests {
namespace {

std::vector<float> losses(Lane& lane, const Rows& rows, const Weights* weights = nullptr, uint32_t draw = 0) {
    std::vector<float> values(static_cast<size_t>(rows.row_count));
    lane.losses(weights, draw, values.data(), rows.row_count);
    return values;
}

std::vector<float> losses_of_model(const Model& model, int32_t argument_count, const Rows& rows, const Weights* weights = nullptr) {
    Lane lane(model, XAndY().layout(argument_count), 1);
    lane.load(rows.pointers.data(), rows.row_count, nullptr);
    return losses(lane, rows, weights);
}

std::string refusal_of(const Model& model, int32_t argument_count) {
    try {
        losses_of_model(model, argument_count, Rows(3));
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status, MIRRORED_INVALID);
        return failure.message;
    }
    return "";
}

size_t slot_named(const Model& model, const std::string& name) {
    size_t index = 0;
    while (model.slots().at(index).name != name) {
        ++index;
    }
    return index;
}

Weights doubled(const Model& model, const std::string& name) {
    const auto index = slot_named(model, name);
    return Weights(model, {{index, model.slots()[index].tensor * 2}});
}

TEST(Lane, BorrowedAndGatheredRowsGiveTheSameBits) {
    const auto model = load(mlp_archive());
    const Rows rows(8);
    auto scattered = rows;
    std::vector<float> apart(8 * 9);
    for (size_t row = 0; row < 8; ++row) {
        std::copy_n(&rows.x[row * 4], 4, &apart[row * 9]);
        scattered.pointers[row] = &apart[row * 9];
    }
    EXPECT_EQ(losses_of_model(model, 2, rows), losses_of_model(model, 2, scattered));
}

TEST(Lane, WeightsAreSwappedAndTheBaseComesBack) {
    const auto model = load(mlp_archive());
    const Rows rows(8);
    Lane lane(model, XAndY().layout(2), 1);
    lane.load(rows.pointers.data(), 8, nullptr);
    const auto base = losses(lane, rows);
    const auto weights = doubled(model, "w2");
    const auto ascended = losses(lane, rows, &weights);
    EXPECT_NE(ascended, base);
    EXPECT_EQ(losses(lane, rows), base);
    EXPECT_EQ(losses_of_model(model, 2, rows), base);
}

TEST(Lane, FirstRunGivesTheBitsOfLaterRuns) {
    const auto model = load(mlp_archive());
    const Rows rows(16);
    Lane lane(model, XAndY().layout(2), 1);
    lane.load(rows.pointers.data(), 16, nullptr);
    const auto first = losses(lane, rows);
    for (int repetition = 0; repetition < 5; ++repetition) {
        EXPECT_EQ(losses(lane, rows), first);
    }
}

TEST(Lane, SplitModelGivesTheLossesOfTheWhole) {
    const auto whole = load(mlp_archive());
    const auto split = load(split_archive());
    const Rows rows(8);
    EXPECT_EQ(losses_of_model(split, 2, rows), losses_of_model(whole, 2, rows));
    for (const char* name : {"w1", "w2"}) {
        const auto in_split = doubled(split, name);
        const auto in_whole = doubled(whole, name);
        EXPECT_EQ(in_split.shares_prefix(), std::string(name) == "w2");
        EXPECT_EQ(losses_of_model(split, 2, rows, &in_split), losses_of_model(whole, 2, rows, &in_whole));
    }
}

TEST(Lane, FeaturesOfAnotherMiniBatchAreNotReused) {
    const auto model = load(split_archive());
    Rows rows(4);
    Lane lane(model, XAndY().layout(2), 1);
    lane.load(rows.pointers.data(), 4, nullptr);
    const auto before = losses(lane, rows);
    std::reverse(rows.pointers.begin(), rows.pointers.begin() + 4);
    std::reverse(rows.pointers.begin() + 4, rows.pointers.end());
    lane.load(rows.pointers.data(), 4, nullptr);
    auto after = losses(lane, rows);
    std::reverse(after.begin(), after.end());
    EXPECT_EQ(after, before);
}

TEST(Lane, ForwardThatWritesIntoItsArgumentLeavesTheRowsAsTheyWere) {
    const auto model = load(writing_archive());
    const Rows rows(4);
    const auto before = rows.x;
    Lane lane(model, XAndY().layout(1), 1);
    lane.load(rows.pointers.data(), 4, nullptr);
    const auto first = losses(lane, rows);
    EXPECT_EQ(losses(lane, rows), first);
    EXPECT_EQ(rows.x, before);
}

TEST(Lane, TiedWeightMovesInBothPlaces) {
    const auto model = load(tied_archive());
    const Rows rows(2);
    const auto base = losses_of_model(model, 1, rows);
    const auto weights = doubled(model, "first");
    const auto moved = losses_of_model(model, 1, rows, &weights);
    // Both layers doubled: outputs times 4, squares times 16, exactly.
    EXPECT_EQ(moved[0], base[0] * 16);
}

TEST(Lane, NoiseIsTheRowsOwn) {
    const auto model = load(archive("def forward(self, x, noise, t):\n    return (x * noise).sum(1) + t\n"));
    XAndY x;
    int64_t shape[] = {4};
    mirrored_argument arguments[] = {x.arguments[0],
                                     {shape, 1, MIRRORED_NOISE, 0, MIRRORED_FLOAT32, 1, 0, 0},
                                     {nullptr, 0, MIRRORED_TIMESTEP, 0, MIRRORED_INT64, 1, 0, 1000}};
    const mirrored_layout layout{arguments, 3, 42};
    const Rows rows(6);
    const uint64_t keys[] = {10, 11, 12, 13, 14, 15};
    Lane lane(model, layout, 1);
    lane.load(rows.pointers.data(), 6, keys);
    const auto whole = losses(lane, rows, nullptr, 2);
    EXPECT_NE(losses(lane, rows, nullptr, 3), whole);
    for (size_t row = 0; row < 6; ++row) {
        const void* pointer = rows.pointers[row];
        float value;
        lane.load(&pointer, 1, &keys[row]);
        lane.losses(nullptr, 2, &value, 1);
        EXPECT_EQ(value, whole[row]);
    }
}

TEST(Lane, ScalarLoss_IsRefused) {
    EXPECT_NE(refusal_of(load(archive("def forward(self, x):\n    return x.mean()\n")), 1)
                  .find("returned a scalar; expected the loss of each row, float32 [3]"),
              std::string::npos);
}

TEST(Lane, LossOfAnotherShapeOrType_IsRefused) {
    EXPECT_NE(refusal_of(load(archive("def forward(self, x):\n    return x\n")), 1).find("float32 [3,4]"), std::string::npos);
    EXPECT_NE(refusal_of(load(archive("def forward(self, x):\n    return x.sum(1).double()\n")), 1).find("float64 [3]"), std::string::npos);
    EXPECT_NE(refusal_of(load(archive("def forward(self, x):\n    return (x.sum(1), x)\n")), 1).find("returned Tuple"), std::string::npos);
}

TEST(Lane, ArgumentsThatForwardRefuses_AreNamed) {
    const auto message =
        refusal_of(load(archive("def forward(self, x):\n    return torch.matmul(x, self.w).sum(1)\n", {{"w", at::ones({5, 2})}})), 1);
    EXPECT_NE(message.find("forward(x float32 [3,4]) failed: mat1 and mat2 shapes"), std::string::npos) << message;
}

TEST(Lane, ModelThatChangesItself_IsRefused) {
    EXPECT_NE(refusal_of(load(counting_archive()), 1).find("scoring changes 'calls'"), std::string::npos);
}

TEST(Lane, SplitThatIsNotForward_IsRefused) {
    const auto message = refusal_of(load(broken_split_archive()), 2);
    EXPECT_NE(message.find("differs from forward"), std::string::npos) << message;
}

}  // namespace
}  // namespace mirrored::tests
