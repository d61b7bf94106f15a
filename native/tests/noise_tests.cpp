#include "noise.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace mirrored::tests {
namespace {

using Words = std::array<uint32_t, 4>;

// kat_vectors of the Random123 distribution, philox4x32 with 10 rounds.
TEST(Philox, AgreesWithThePublishedVectors) {
    EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
              (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
              (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// Box-Muller through the C library in long double: what the polynomials must round to, but for ties.
float reference_normal(const NoiseKey& key, int64_t index) {
    const auto words =
        philox({static_cast<uint32_t>(index / 4), key.draw, static_cast<uint32_t>(key.row_key), static_cast<uint32_t>(key.row_key >> 32)},
               {static_cast<uint32_t>(key.seed), static_cast<uint32_t>(key.seed >> 32)});
    const auto pair = static_cast<size_t>(index % 4 / 2 * 2);
    const long double radius = std::sqrt(-2.0L * std::log((words[pair] + 1.0L) * 0x1p-32L));
    const long double angle = 2.0L * std::acos(-1.0L) * words[pair + 1] * 0x1p-32L;
    return static_cast<float>(radius * (index % 2 == 0 ? std::cos(angle) : std::sin(angle)));
}

TEST(Normal, EqualsBoxMullerOfTheCLibrary) {
    const NoiseKey key{0x123456789abcdef0u, 0xfedcba9876543210u, 3};
    std::vector<float> values(100003);
    fill_normal(key, NoiseStream::normal, values.data(), static_cast<int64_t>(values.size()));
    int64_t different = 0;
    for (size_t index = 0; index < values.size(); ++index) {
        different += values[index] != reference_normal(key, static_cast<int64_t>(index));
    }
    // Both are within 2^-50 before rounding to 24 bits: one in 2^25 may fall on the other side.
    EXPECT_LE(different, 1);
}

// docs/formats/noise.md, from tests/reference/noise.py.
TEST(Normal, AgreesWithTheDocument) {
    float values[4];
    fill_normal({1, 2, 3}, NoiseStream::normal, values, 4);
    EXPECT_EQ(values[0], -0x1.614296p-2F);
    EXPECT_EQ(values[1], 0x1.e00fc2p-3F);
    EXPECT_EQ(values[2], -0x1.706258p+0F);
    EXPECT_EQ(values[3], 0x1.9c3bfcp+0F);
    EXPECT_EQ(timestep_of({1, 2, 3}, 1000), 922);
}

TEST(Normal, HasMeanZeroAndVarianceOne) {
    constexpr int64_t count = 1 << 20;
    std::vector<float> values(count);
    fill_normal({1, 2, 0}, NoiseStream::normal, values.data(), count);
    double sum = 0;
    double squares = 0;
    for (const double value : values) {
        sum += value;
        squares += value * value;
    }
    // Five standard errors: 1 / sqrt(count) and sqrt(2 / count).
    EXPECT_LT(std::abs(sum / count), 5.0 / 1024);
    EXPECT_LT(std::abs(squares / count - 1), 5 * 1.4143 / 1024);
}

TEST(Normal, PrefixOfALongerRowIsTheSame) {
    std::vector<float> whole(17);
    fill_normal({1, 2, 3}, NoiseStream::normal, whole.data(), 17);
    for (int64_t count = 1; count < 17; ++count) {
        std::vector<float> part(static_cast<size_t>(count));
        fill_normal({1, 2, 3}, NoiseStream::normal, part.data(), count);
        EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin()));
    }
}

TEST(Normal, DiffersBySeedRowDrawAndStream) {
    float values[5][4];
    fill_normal({1, 2, 3}, NoiseStream::normal, values[0], 4);
    fill_normal({uint64_t{1} << 32 | 1, 2, 3}, NoiseStream::normal, values[1], 4);
    fill_normal({1, uint64_t{1} << 32 | 2, 3}, NoiseStream::normal, values[2], 4);
    fill_normal({1, 2, 4}, NoiseStream::normal, values[3], 4);
    fill_normal({1, 2, 3}, NoiseStream::direction, values[4], 4);
    for (int other = 1; other < 5; ++other) {
        EXPECT_NE(values[0][0], values[other][0]);
    }
}

TEST(Timestep, CoversItsRangeAndNoMore) {
    std::vector<int> counts(10);
    for (uint64_t row = 0; row < 10000; ++row) {
        counts.at(static_cast<size_t>(timestep_of({5, row, 0}, 10)))++;
    }
    for (const int count : counts) {
        EXPECT_NEAR(count, 1000, 5 * 30);
    }
}

}  // namespace
}  // namespace mirrored::tests
