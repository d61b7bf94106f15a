#include "gather.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <c10/util/Half.h>

#include "failure.h"
#include "mirrored_torch.h"

namespace mirrored::tests {
namespace {

template <class Target, class Stored>
std::vector<Target> gathered(int32_t stored_dtype, int32_t dtype, const std::vector<Stored>& row, double scale = 1, double offset = 0) {
    // One byte off any alignment.
    std::vector<char> bytes(row.size() * sizeof(Stored) + 1);
    std::copy_n(reinterpret_cast<const char*>(row.data()), row.size() * sizeof(Stored), bytes.begin() + 1);
    const void* rows[] = {bytes.data() + 1, bytes.data() + 1};
    std::vector<Target> target(2 * row.size());
    gather({stored_dtype, dtype, scale, offset}, rows, 2, static_cast<int64_t>(row.size()), target.data());
    EXPECT_TRUE(std::equal(target.begin(), target.begin() + static_cast<std::ptrdiff_t>(row.size()),
                           target.begin() + static_cast<std::ptrdiff_t>(row.size())));
    target.resize(row.size());
    return target;
}

template <class Stored>
void expect_float_values(int32_t dtype, const std::vector<Stored>& row) {
    std::vector<float> expected;
    for (const auto value : row) {
        expected.push_back(static_cast<float>(value));
    }
    EXPECT_EQ((gathered<float>(dtype, MIRRORED_FLOAT32, row)), expected);
}

TEST(Gather, EveryStoredTypeBecomesFloat32) {
    expect_float_values<uint8_t>(MIRRORED_UINT8, {0, 1, 255});
    expect_float_values<int8_t>(MIRRORED_INT8, {-128, 0, 127});
    expect_float_values<uint16_t>(MIRRORED_UINT16, {0, 65535});
    expect_float_values<int16_t>(MIRRORED_INT16, {-32768, 32767});
    expect_float_values<uint32_t>(MIRRORED_UINT32, {0, 4294967295u});
    expect_float_values<int32_t>(MIRRORED_INT32, {std::numeric_limits<int32_t>::min(), 16777217});
    expect_float_values<uint64_t>(MIRRORED_UINT64, {0, std::numeric_limits<uint64_t>::max()});
    expect_float_values<int64_t>(MIRRORED_INT64, {std::numeric_limits<int64_t>::min(), 1});
    expect_float_values<float>(MIRRORED_FLOAT32, {-1.5F, 3e38F});
    expect_float_values<double>(MIRRORED_FLOAT64, {0.1, -2});
    EXPECT_EQ((gathered<float>(MIRRORED_FLOAT16, MIRRORED_FLOAT32, std::vector<c10::Half>{0.5F, -65504.0F})),
              (std::vector<float>{0.5F, -65504.0F}));
    EXPECT_EQ((gathered<float>(MIRRORED_BOOL, MIRRORED_FLOAT32, std::vector<uint8_t>{0, 1, 7})), (std::vector<float>{0, 1, 1}));
}

TEST(Gather, BytesAreScaledInFloat32) {
    const double scale = 1.0 / 255;
    const auto values = gathered<float>(MIRRORED_UINT8, MIRRORED_FLOAT32, std::vector<uint8_t>{0, 77, 255}, scale, -0.5);
    EXPECT_EQ(values[1], 77.0F * static_cast<float>(scale) + -0.5F);
}

TEST(Gather, WideTypesAreScaledInFloat64) {
    const auto values = gathered<float>(MIRRORED_INT32, MIRRORED_FLOAT32, std::vector<int32_t>{16777217}, 1, -16777216);
    EXPECT_EQ(values[0], 1.0F);
}

TEST(Gather, IntegersStayExact) {
    EXPECT_EQ((gathered<int64_t>(MIRRORED_UINT32, MIRRORED_INT64, std::vector<uint32_t>{4294967295u})), (std::vector<int64_t>{4294967295}));
    EXPECT_EQ((gathered<int64_t>(MIRRORED_INT64, MIRRORED_INT64, std::vector<int64_t>{9007199254740993})),
              (std::vector<int64_t>{9007199254740993}));
}

TEST(Gather, BoolsBecomeZeroOrOne) {
    EXPECT_EQ((gathered<uint8_t>(MIRRORED_BOOL, MIRRORED_BOOL, std::vector<uint8_t>{0, 1, 255})), (std::vector<uint8_t>{0, 1, 1}));
}

TEST(Gather, Float16RoundsToNearest) {
    const auto values = gathered<c10::Half>(MIRRORED_FLOAT32, MIRRORED_FLOAT16, std::vector<float>{1.0F / 3, 1e6F});
    EXPECT_EQ(values[0].x, 0x3555);
    EXPECT_TRUE(std::isinf(static_cast<float>(values[1])));
}

TEST(Gather, UnknownElementType_IsRefused) { EXPECT_THROW(element_bytes(12), Failure); }

}  // namespace
}  // namespace mirrored::tests
