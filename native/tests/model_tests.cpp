#include "model.h"

#include <sstream>

#include <gtest/gtest.h>

#include "failure.h"
#include "fixtures.h"

namespace mirrored::tests {
namespace {

std::string refusal_of(const std::string& archive) {
    try {
        load(archive);
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status, MIRRORED_INVALID);
        return failure.message;
    }
    return "";
}

TEST(Model, ArgumentsAndTensorsAreListed) {
    const auto model = load(mlp_archive());
    EXPECT_EQ(model.forward().argument_names, (std::vector<std::string>{"x", "y"}));
    ASSERT_EQ(model.slots().size(), 4u);
    EXPECT_EQ(model.slots()[0].name, "w1");
    EXPECT_TRUE(model.slots()[0].is_parameter);
    EXPECT_FALSE(model.slots()[0].tensor.requires_grad());
    EXPECT_FALSE(model.has_prefix());
}

TEST(Model, TiedTensorsAreOneSlot) {
    const auto model = load(tied_archive());
    ASSERT_EQ(model.slots().size(), 1u);
    EXPECT_EQ(model.slots()[0].name, "first");
    EXPECT_EQ(model.slots()[0].other_names, (std::vector<std::string>{"second"}));
    EXPECT_EQ(model.slots()[0].places.size(), 2u);
}

TEST(Model, PrefixTensorsAreMarked) {
    const auto model = load(split_archive());
    ASSERT_TRUE(model.has_prefix());
    EXPECT_EQ(model.feature_count(), 1u);
    for (const auto& slot : model.slots()) {
        EXPECT_EQ(slot.is_used_by_prefix, slot.name == "w1" || slot.name == "b1") << slot.name;
    }
}

TEST(Model, ModesAreReadFromTheGraph) {
    EXPECT_EQ(load(batch_norm_archive()).modules_with_modes(), (std::vector<size_t>{0}));
    EXPECT_TRUE(load(baked_archive()).modules_with_modes().empty());
}

TEST(Model, FixedModesAreReadFromTheGraph) {
    EXPECT_TRUE(load(baked_archive()).forward().facts.has_fixed_mode);
    EXPECT_FALSE(load(batch_norm_archive()).forward().facts.has_fixed_mode);
    EXPECT_FALSE(load(mlp_archive()).forward().facts.has_fixed_mode);
}

TEST(Model, WritesIntoOwnResultsNeedNoCopyOfArguments) {
    EXPECT_FALSE(load(mlp_archive()).forward().facts.may_write_arguments);
    EXPECT_TRUE(load(writing_archive()).forward().facts.may_write_arguments);
    EXPECT_TRUE(load(archive("def forward(self, x):\n    y = x.view(-1)\n    y[0] = 1.0\n    return x.sum(1)\n"))
                    .forward()
                    .facts.may_write_arguments);
}

TEST(Model, BytesThatAreNoArchive_AreRefused) {
    EXPECT_NE(refusal_of("no zip at all").find("not a TorchScript archive"), std::string::npos);
    const auto whole = mlp_archive();
    EXPECT_NE(refusal_of(whole.substr(0, whole.size() / 2)).find("not a TorchScript archive"), std::string::npos);
}

TEST(Model, ArchiveWithoutForward_IsRefused) {
    EXPECT_NE(refusal_of(archive("def score(self, x):\n    return x\n")).find("no method 'forward'"), std::string::npos);
}

TEST(Model, ArgumentThatIsNoTensor_IsRefused) {
    EXPECT_NE(refusal_of(archive("def forward(self, x, power: float):\n    return (x ** power).sum(1)\n")).find("argument 'power'"),
              std::string::npos);
}

TEST(Model, PrefixWithoutSuffix_IsRefused) {
    EXPECT_NE(
        refusal_of(archive("def prefix(self, x):\n    return x\ndef forward(self, x):\n    return x.sum(1)\n")).find("'suffix' is missing"),
        std::string::npos);
}

TEST(Model, OverlappingTensors_AreRefused) {
    const auto memory = at::ones({6});
    EXPECT_NE(refusal_of(archive("def forward(self, x):\n    return x.sum(1) + self.a.sum() + self.b.sum()\n",
                                 {{"a", memory.narrow(0, 0, 4)}, {"b", memory.narrow(0, 2, 4)}}))
                  .find("share memory"),
              std::string::npos);
}

TEST(Model, AbsentDevice_IsRefused) {
    const auto bytes = mlp_archive();
    for (const char* device : {"cuda", "cuda:99", "gpu", "cuda:", "cpu:0", "cuda:9999999999"}) {
        EXPECT_THROW(Model(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int64_t>(bytes.size()), device), Failure) << device;
    }
}

}  // namespace
}  // namespace mirrored::tests
