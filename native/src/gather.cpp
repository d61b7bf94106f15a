#include "gather.h"

#include <cstring>
#include <type_traits>

#include <c10/util/Half.h>

#include "failure.h"
#include "mirrored_torch.h"

namespace mirrored {
namespace {

template <class T>
struct Type {
    using type = T;
};

// A stored bool is a byte that may hold anything; reading it as a C++ bool could not.
struct Bool {
    uint8_t byte;
};

template <class Action>
void with_type(int32_t dtype, Action&& action) {
    switch (dtype) {
        case MIRRORED_BOOL: return action(Type<Bool>());
        case MIRRORED_INT8: return action(Type<int8_t>());
        case MIRRORED_INT16: return action(Type<int16_t>());
        case MIRRORED_INT32: return action(Type<int32_t>());
        case MIRRORED_INT64: return action(Type<int64_t>());
        case MIRRORED_UINT8: return action(Type<uint8_t>());
        case MIRRORED_UINT16: return action(Type<uint16_t>());
        case MIRRORED_UINT32: return action(Type<uint32_t>());
        case MIRRORED_UINT64: return action(Type<uint64_t>());
        case MIRRORED_FLOAT16: return action(Type<c10::Half>());
        case MIRRORED_FLOAT32: return action(Type<float>());
        case MIRRORED_FLOAT64: return action(Type<double>());
        default: throw internal("element type " + std::to_string(dtype) + " is not one of 0 to 11");
    }
}

template <class T>
constexpr bool is_integer = std::is_integral_v<T> || std::is_same_v<T, Bool>;

template <class T>
constexpr bool fits_float32 = sizeof(T) <= 2 || std::is_same_v<T, float>;

template <class Wide, class Stored>
Wide widened(Stored value) {
    if constexpr (std::is_same_v<Stored, Bool>) {
        return static_cast<Wide>(value.byte != 0);
    } else {
        return static_cast<Wide>(value);
    }
}

template <class Target, class Wide>
Target narrowed(Wide value) {
    if constexpr (std::is_same_v<Target, Bool>) {
        return Bool{static_cast<uint8_t>(value != 0)};
    } else if constexpr (std::is_same_v<Target, c10::Half>) {
        return c10::Half(static_cast<float>(value));
    } else {
        return static_cast<Target>(value);
    }
}

template <class Wide, class Stored, class Target, bool Scaled>
void convert_row(const char* source, Target* target, int64_t element_count, Wide scale, Wide offset) {
    for (int64_t index = 0; index < element_count; ++index) {
        Stored stored;
        std::memcpy(&stored, source + index * static_cast<int64_t>(sizeof(Stored)), sizeof(Stored));
        const Wide value = widened<Wide>(stored);
        target[index] = narrowed<Target>(Scaled ? value * scale + offset : value);
    }
}

template <class Stored, class Target>
void convert_rows(const Conversion& conversion, const void* const* rows, int64_t row_count, int64_t element_count, Target* target) {
    using Float = std::conditional_t<fits_float32<Stored> && fits_float32<Target>, float, double>;
    using Wide = std::conditional_t<is_integer<Stored> && is_integer<Target>, int64_t, Float>;
    const bool scaled = conversion.scale != 1 || conversion.offset != 0;
    const auto scale = static_cast<Wide>(conversion.scale);
    const auto offset = static_cast<Wide>(conversion.offset);
    for (int64_t row = 0; row < row_count; ++row, target += element_count) {
        const auto* source = static_cast<const char*>(rows[row]);
        if (scaled) {
            convert_row<Wide, Stored, Target, true>(source, target, element_count, scale, offset);
        } else {
            convert_row<Wide, Stored, Target, false>(source, target, element_count, scale, offset);
        }
    }
}

void copy_rows(const void* const* rows, int64_t row_count, int64_t row_bytes, char* target) {
    for (int64_t row = 0; row < row_count; ++row) {
        std::memcpy(target + row * row_bytes, rows[row], static_cast<size_t>(row_bytes));
    }
}

}  // namespace

int64_t element_bytes(int32_t dtype) {
    int64_t bytes = 0;
    with_type(dtype, [&](auto type) { bytes = sizeof(typename decltype(type)::type); });
    return bytes;
}

void gather(const Conversion& conversion, const void* const* rows, int64_t row_count, int64_t element_count, void* destination) {
    const bool is_copy = conversion.stored_dtype == conversion.dtype && conversion.scale == 1 && conversion.offset == 0;
    if (is_copy && conversion.dtype != MIRRORED_BOOL) {
        copy_rows(rows, row_count, element_count * element_bytes(conversion.dtype), static_cast<char*>(destination));
        return;
    }
    with_type(conversion.stored_dtype, [&](auto stored) {
        with_type(conversion.dtype, [&](auto target) {
            using Stored = typename decltype(stored)::type;
            using Target = typename decltype(target)::type;
            convert_rows<Stored, Target>(conversion, rows, row_count, element_count, static_cast<Target*>(destination));
        });
    });
}

}  // namespace mirrored
