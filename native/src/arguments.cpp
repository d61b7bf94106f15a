#include "arguments.h"

#include <algorithm>

#include "failure.h"

namespace mirrored {
namespace {

// Kernels of a BLAS that rounds by alignment must see converted and borrowed rows alike.
int64_t borrow_alignment(int32_t dtype) {
    static const bool rounds_by_alignment = at::hasMKL();
    return rounds_by_alignment ? 64 : element_bytes(dtype);
}

std::vector<int64_t> batch_shape(const Argument& argument, int64_t row_count) {
    std::vector<int64_t> shape = {row_count};
    shape.insert(shape.end(), argument.shape.begin(), argument.shape.end());
    return shape;
}

}  // namespace

at::ScalarType scalar_type(int32_t dtype) {
    switch (dtype) {
        case MIRRORED_BOOL: return at::kBool;
        case MIRRORED_INT8: return at::kChar;
        case MIRRORED_INT16: return at::kShort;
        case MIRRORED_INT32: return at::kInt;
        case MIRRORED_INT64: return at::kLong;
        case MIRRORED_UINT8: return at::kByte;
        case MIRRORED_FLOAT16: return at::kHalf;
        case MIRRORED_FLOAT32: return at::kFloat;
        case MIRRORED_FLOAT64: return at::kDouble;
        default: throw invalid("libtorch has no tensors of element type " + std::to_string(dtype) + " (uint16, uint32 and uint64)");
    }
}

std::string dtype_name(at::ScalarType type) {
    switch (type) {
        case at::kBool: return "bool";
        case at::kChar: return "int8";
        case at::kShort: return "int16";
        case at::kInt: return "int32";
        case at::kLong: return "int64";
        case at::kByte: return "uint8";
        case at::kHalf: return "float16";
        case at::kBFloat16: return "bfloat16";
        case at::kFloat: return "float32";
        case at::kDouble: return "float64";
        default: return at::toString(type);
    }
}

std::string shape_text(at::IntArrayRef shape) {
    std::string text = "[";
    for (const auto size : shape) {
        text += (text.size() > 1 ? "," : "") + std::to_string(size);
    }
    return text + ']';
}

std::string describe(const at::Tensor& tensor) { return dtype_name(tensor.scalar_type()) + ' ' + shape_text(tensor.sizes()); }

Layout::Layout(const mirrored_layout& layout, const std::vector<std::string>& names) : seed(layout.seed) {
    if (static_cast<size_t>(layout.argument_count) != names.size()) {
        throw internal("the layout has " + std::to_string(layout.argument_count) + " arguments, forward has " +
                       std::to_string(names.size()));
    }
    for (size_t index = 0; index < names.size(); ++index) {
        const auto& given = layout.arguments[index];
        Argument argument{names[index],
                          given.source,
                          {given.stored_dtype, given.dtype, given.scale, given.offset},
                          std::vector<int64_t>(given.shape, given.shape + given.rank),
                          1,
                          given.timesteps};
        scalar_type(given.dtype);
        for (const auto size : argument.shape) {
            argument.elements *= size;
        }
        if (given.source == MIRRORED_COLUMN) {
            element_bytes(given.stored_dtype);
            ++column_count;
        } else {
            needs_row_keys = true;
        }
        arguments.push_back(std::move(argument));
    }
}

ArgumentTensors::ArgumentTensors(const Layout& layout, at::Device device)
    : layout_(layout), device_(device), buffers_(layout.arguments.size()) {
    size_t column_index = 0;
    for (const auto& argument : layout.arguments) {
        column_indexes_.push_back(column_index);
        column_index += argument.source == MIRRORED_COLUMN ? 1 : 0;
    }
}

at::Tensor ArgumentTensors::column(size_t argument_index, const MiniBatch& batch) {
    const auto& argument = layout_.arguments[argument_index];
    const auto* rows = batch.row_pointers + static_cast<int64_t>(column_indexes_[argument_index]) * batch.row_pointer_stride;
    if (std::find(rows, rows + batch.row_count, nullptr) != rows + batch.row_count) {
        throw internal("argument '" + argument.name + "' has a row without an address");
    }
    if (can_borrow(argument, rows, batch.row_count)) {
        return at::from_blob(const_cast<void*>(rows[0]), batch_shape(argument, batch.row_count),
                             at::TensorOptions(scalar_type(argument.conversion.dtype)));
    }
    auto tensor = buffer(argument_index, batch.row_count);
    gather(argument.conversion, rows, batch.row_count, argument.elements, tensor.data_ptr());
    return on_device(tensor);
}

at::Tensor ArgumentTensors::made(size_t argument_index, const MiniBatch& batch) {
    const auto& argument = layout_.arguments[argument_index];
    auto tensor = buffer(argument_index, batch.row_count);
    for (int64_t row = 0; row < batch.row_count; ++row) {
        const NoiseKey key{layout_.seed, batch.row_keys[row], batch.draws[row]};
        if (argument.source == MIRRORED_NOISE) {
            fill_normal(key, NoiseStream::normal, tensor.data_ptr<float>() + row * argument.elements, argument.elements);
        } else {
            tensor.data_ptr<int64_t>()[row] = timestep_of(key, argument.timesteps);
        }
    }
    return on_device(tensor);
}

at::Tensor ArgumentTensors::on_device(const at::Tensor& tensor) const { return device_.is_cpu() ? tensor : tensor.to(device_); }

bool ArgumentTensors::can_borrow(const Argument& argument, const void* const* rows, int64_t row_count) const {
    const auto& conversion = argument.conversion;
    const bool is_same = conversion.stored_dtype == conversion.dtype && conversion.scale == 1 && conversion.offset == 0;
    const auto address = reinterpret_cast<uintptr_t>(rows[0]);
    if (!is_same || conversion.dtype == MIRRORED_BOOL || !device_.is_cpu() ||
        address % static_cast<uintptr_t>(borrow_alignment(conversion.dtype)) != 0) {
        return false;
    }
    const auto row_bytes = static_cast<uintptr_t>(argument.elements * element_bytes(conversion.dtype));
    for (int64_t row = 1; row < row_count; ++row) {
        if (reinterpret_cast<uintptr_t>(rows[row]) != address + static_cast<uintptr_t>(row) * row_bytes) {
            return false;
        }
    }
    return true;
}

at::Tensor ArgumentTensors::buffer(size_t argument_index, int64_t row_count) {
    auto& kept = buffers_[argument_index];
    if (!kept.defined() || kept.size(0) != row_count) {
        const auto& argument = layout_.arguments[argument_index];
        const auto options = at::TensorOptions(scalar_type(argument.conversion.dtype)).pinned_memory(device_.is_cuda());
        kept = at::empty(batch_shape(argument, row_count), options);
    }
    return kept;
}

}  // namespace mirrored
