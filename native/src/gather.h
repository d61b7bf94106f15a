#pragma once

#include <cstdint>

namespace mirrored {

// What one row's bytes are and what they become: value = stored * scale + offset.
// Computed in float32 when both types fit its 24 bits (bool, 8- and 16-bit integers, float16, float32), else in float64;
// exactly when scale is 1 and offset 0. Integers to integers are exact: the managed side allows only wider targets.
struct Conversion {
    int32_t stored_dtype;
    int32_t dtype;
    double scale;
    double offset;
};

int64_t element_bytes(int32_t dtype);

// rows: row_count addresses, at any alignment, of element_count stored elements each. destination: [row_count, element_count].
void gather(const Conversion& conversion, const void* const* rows, int64_t row_count, int64_t element_count, void* destination);

}  // namespace mirrored
