#pragma once

#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "gather.h"
#include "mirrored_torch.h"
#include "noise.h"

namespace mirrored {

at::ScalarType scalar_type(int32_t dtype);

// "float32 [32,1,28,28]"
std::string describe(const at::Tensor& tensor);

// "float32", "bfloat16", "int64", ...
std::string dtype_name(at::ScalarType type);

std::string shape_text(at::IntArrayRef shape);

struct Argument {
    std::string name;
    int32_t source;
    Conversion conversion;
    std::vector<int64_t> shape;  // a row's
    int64_t elements;            // in a row
    int64_t timesteps;
};

// A checked copy of a mirrored_layout, with the names of forward's arguments.
struct Layout {
    Layout(const mirrored_layout& layout, const std::vector<std::string>& names);

    std::vector<Argument> arguments;
    uint64_t seed;
    size_t column_count = 0;
    bool needs_row_keys = false;
};

// The rows that go through a model together.
struct MiniBatch {
    const void* const* row_pointers;  // [column_count, row_pointer_stride]; row i of column c is at [c * row_pointer_stride + i]
    int64_t row_pointer_stride;
    int64_t row_count;
    const uint64_t* row_keys;  // [row_count], or null when nothing needs them
    const uint32_t* draws;     // [row_count]
};

// Turns mini-batches into tensors [row_count, shape...] on a device. Buffers are kept from one mini-batch to the next.
class ArgumentTensors {
public:
    ArgumentTensors(const Layout& layout, at::Device device);

    // Column argument: the rows' own memory when it can be borrowed, else a converted copy.
    at::Tensor column(size_t argument_index, const MiniBatch& batch);

    // Noise or timestep argument.
    at::Tensor made(size_t argument_index, const MiniBatch& batch);

private:
    at::Tensor on_device(const at::Tensor& tensor) const;

    // Rows lie one after another, in the model's own type, where kernels can read them.
    bool can_borrow(const Argument& argument, const void* const* rows, int64_t row_count) const;
    at::Tensor buffer(size_t argument_index, int64_t row_count);

    const Layout& layout_;
    at::Device device_;
    std::vector<size_t> column_indexes_;  // of an argument among the columns
    std::vector<at::Tensor> buffers_;     // [arguments], on the CPU; pinned for a GPU
};

}  // namespace mirrored
