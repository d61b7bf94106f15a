#include "weights.h"

#include <algorithm>

#include "failure.h"

namespace mirrored {

Weights::Weights(const Model& model, std::vector<Entry> entries) : entries_(std::move(entries)) {
    shares_prefix_ = model.has_prefix() && std::none_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
                         return model.slots()[entry.slot_index].is_used_by_prefix;
                     });
}

Weights Weights::load(const Model& model, const mirrored_tensor* tensors, int32_t tensor_count) {
    std::vector<Entry> entries;
    for (int32_t index = 0; index < tensor_count; ++index) {
        const auto slot_index = static_cast<size_t>(tensors[index].tensor_index);
        if (slot_index >= model.slots().size() || tensors[index].data == nullptr) {
            throw internal("weight set names tensor " + std::to_string(tensors[index].tensor_index) + " of " +
                           std::to_string(model.slots().size()));
        }
        const auto& base = model.slots()[slot_index].tensor;
        const auto borrowed = at::from_blob(const_cast<void*>(tensors[index].data), base.sizes(), at::TensorOptions(base.scalar_type()));
        entries.push_back({slot_index, borrowed.to(model.device())});
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& left, const Entry& right) { return left.slot_index < right.slot_index; });
    return Weights(model, std::move(entries));
}

}  // namespace mirrored
