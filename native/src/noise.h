#pragma once

#include <array>
#include <cstdint>

namespace mirrored {

// docs/formats/noise.md is the format; this is its implementation.
enum class NoiseStream : uint32_t { normal = 0, timestep = 1, direction = 2 };

// Philox-4x32-10 (Salmon et al., SC 2011).
std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// What keys a row's values.
struct NoiseKey {
    uint64_t seed;
    uint64_t row_key;
    uint32_t draw;  // below 65536
};

// values[count]: standard normals of the row, element i from block i / 4.
void fill_normal(const NoiseKey& key, NoiseStream stream, float* values, int64_t count);

// Uniform over 0 ... timesteps - 1.
int64_t timestep_of(const NoiseKey& key, int64_t timesteps);

}  // namespace mirrored
