#include "noise.h"

#include <cmath>
#include <cstring>

namespace mirrored {
namespace {

struct Point {
    double cosine;
    double sine;
};

// terms[0] + terms[1] q + terms[2] q^2 + ..., by Horner's rule.
template <size_t Count>
double polynomial(const double (&terms)[Count], double q) {
    double sum = terms[Count - 1];
    for (size_t index = Count - 1; index-- > 0;) {
        sum = sum * q + terms[index];
    }
    return sum;
}

// ln(u), u = (word + 1) / 2^32 in (0, 1], from +, *, / alone: the same bits wherever arithmetic is IEEE 754.
// u = m * 2^e with m in [sqrt(1/2), sqrt(2)); ln m = 2 artanh(s), s = (m - 1) / (m + 1), |s| <= 0.172, terms to s^21.
double log_of_uniform(uint32_t word) {
    constexpr double ln2 = 0.69314718055994530942;
    constexpr uint64_t one_bits = 0x3FF0000000000000u;
    constexpr uint64_t root_two_fraction = 0x6A09E667F3BCDu;  // sqrt(2) = 1.root_two_fraction

    const double u = (static_cast<double>(word) + 1.0) * 0x1p-32;
    uint64_t bits;
    std::memcpy(&bits, &u, sizeof bits);
    const uint64_t fraction = bits & 0xFFFFFFFFFFFFFu;
    const bool upper = fraction >= root_two_fraction;
    const int exponent = static_cast<int>(bits >> 52) - 1023 + (upper ? 1 : 0);
    const uint64_t m_bits = (upper ? one_bits - (uint64_t{1} << 52) : one_bits) | fraction;
    double m;
    std::memcpy(&m, &m_bits, sizeof m);

    const double s = (m - 1.0) / (m + 1.0);
    const double q = s * s;
    constexpr double terms[] = {1.0,        1.0 / 3.0,  1.0 / 5.0,  1.0 / 7.0,  1.0 / 9.0, 1.0 / 11.0,
                                1.0 / 13.0, 1.0 / 15.0, 1.0 / 17.0, 1.0 / 19.0, 1.0 / 21.0};
    return exponent * ln2 + 2.0 * s * polynomial(terms, q);
}

// cos and sin of 2 pi word / 2^32. The nearest quarter turn is taken off in integers, exactly; the rest, at most pi / 4, goes
// through Taylor series to x^17 and x^16 (error below 2^-55).
Point point_of_angle(uint32_t word) {
    constexpr double radians = 6.28318530717958647693 * 0x1p-32;
    const uint32_t quarter = (word + 0x20000000u) >> 30;
    const auto rest = static_cast<int32_t>(word - (quarter << 30));
    const double x = rest * radians;
    const double q = x * x;

    constexpr double sine_terms[] = {1.0,
                                     -1.0 / 6.0,
                                     1.0 / 120.0,
                                     -1.0 / 5040.0,
                                     1.0 / 362880.0,
                                     -1.0 / 39916800.0,
                                     1.0 / 6227020800.0,
                                     -1.0 / 1307674368000.0,
                                     1.0 / 355687428096000.0};
    constexpr double cosine_terms[] = {1.0,
                                       -1.0 / 2.0,
                                       1.0 / 24.0,
                                       -1.0 / 720.0,
                                       1.0 / 40320.0,
                                       -1.0 / 3628800.0,
                                       1.0 / 479001600.0,
                                       -1.0 / 87178291200.0,
                                       1.0 / 20922789888000.0};
    const double sine = x * polynomial(sine_terms, q);
    const double cosine = polynomial(cosine_terms, q);

    switch (quarter & 3u) {
        case 0: return {cosine, sine};
        case 1: return {-sine, cosine};
        case 2: return {-cosine, -sine};
        default: return {sine, -cosine};
    }
}

std::array<uint32_t, 4> block_of(const NoiseKey& key, NoiseStream stream, uint32_t block) {
    return philox({block, key.draw | static_cast<uint32_t>(stream) << 16, static_cast<uint32_t>(key.row_key),
                   static_cast<uint32_t>(key.row_key >> 32)},
                  {static_cast<uint32_t>(key.seed), static_cast<uint32_t>(key.seed >> 32)});
}

}  // namespace

std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        const uint64_t product0 = uint64_t{0xD2511F53u} * counter[0];
        const uint64_t product1 = uint64_t{0xCD9E8D57u} * counter[2];
        counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(product1),
                   static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(product0)};
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
    return counter;
}

void fill_normal(const NoiseKey& key, NoiseStream stream, float* values, int64_t count) {
    for (int64_t start = 0; start < count; start += 4) {
        const auto words = block_of(key, stream, static_cast<uint32_t>(start / 4));
        float block[4];
        for (int pair = 0; pair < 2; ++pair) {
            const double radius = std::sqrt(-2.0 * log_of_uniform(words[2 * pair]));
            const Point point = point_of_angle(words[2 * pair + 1]);
            block[2 * pair] = static_cast<float>(radius * point.cosine);
            block[2 * pair + 1] = static_cast<float>(radius * point.sine);
        }
        std::memcpy(values + start, block, sizeof(float) * static_cast<size_t>(count - start < 4 ? count - start : 4));
    }
}

int64_t timestep_of(const NoiseKey& key, int64_t timesteps) {
    return static_cast<int64_t>(block_of(key, NoiseStream::timestep, 0)[0] * static_cast<uint64_t>(timesteps) >> 32);
}

}  // namespace mirrored
