#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "arguments.h"
#include "model.h"

namespace mirrored::tests {

// TorchScript archives, made in this process with fixed weights.
std::string mlp_archive();           // x float32 [4], y int64: linear, relu, linear, cross-entropy of 3 classes
std::string split_archive();         // the same as prefix (linear, relu) and suffix (linear, cross-entropy)
std::string broken_split_archive();  // whose suffix is not that of forward
std::string batch_norm_archive();    // x float32 [4]: batch_norm (mode by `training`), linear, squared sum
std::string baked_archive();         // the same with training=False baked in, as torch.jit.trace does
std::string tied_archive();          // x float32 [4]: linear, then linear with the same weight
std::string writing_archive();       // x float32 [4]: x.mul_(2) before the loss
std::string counting_archive();      // adds to its own buffer at each forward
std::string archive(const std::string& source, const std::vector<std::pair<std::string, at::Tensor>>& parameters = {},
                    const std::vector<std::pair<std::string, at::Tensor>>& buffers = {});

Model load(const std::string& archive);

// Column arguments of float32 [4] and int64 [], enough for every model above.
struct XAndY {
    XAndY();
    mirrored_layout layout(int32_t argument_count) const { return {arguments, argument_count, 7}; }

    int64_t x_shape[1] = {4};
    mirrored_argument arguments[2];
};

// Rows of x and y with addresses, [2 x row_count].
struct Rows {
    explicit Rows(int64_t row_count);

    std::vector<float> x;
    std::vector<int64_t> y;
    std::vector<const void*> pointers;
    int64_t row_count;
};

}  // namespace mirrored::tests
