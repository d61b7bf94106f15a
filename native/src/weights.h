#pragma once

#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "mirrored_torch.h"
#include "model.h"

namespace mirrored {

// An ascended model as the tensors that differ from the base model. Immutable.
class Weights {
public:
    struct Entry {
        size_t slot_index;
        at::Tensor tensor;  // contiguous, on the model's device
    };

    // Entries ascend in slot index.
    Weights(const Model& model, std::vector<Entry> entries);

    // Borrows the data on a CPU.
    static Weights load(const Model& model, const mirrored_tensor* tensors, int32_t tensor_count);

    const std::vector<Entry>& entries() const { return entries_; }

    // The prefix gives what it gives under the base model.
    bool shares_prefix() const { return shares_prefix_; }

private:
    std::vector<Entry> entries_;
    bool shares_prefix_;
};

}  // namespace mirrored
