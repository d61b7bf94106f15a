#include "lane.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <c10/core/InferenceMode.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "failure.h"
#include "runtime.h"
#include "scoring.h"

namespace mirrored {
namespace {

c10::Stream new_stream(at::Device device) {
    return device.is_cpu() ? c10::Stream(c10::Stream::DEFAULT, device)
                           : c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
}

// Puts a weight set's tensors in place, and the base model's back.
class Swapped {
public:
    Swapped(const Model& model, const Structure& structure, const Weights* weights)
        : model_(model), structure_(structure), weights_(weights) {
        if (weights_ != nullptr) {
            for (const auto& entry : weights_->entries()) {
                model_.place(structure_, entry.slot_index, entry.tensor);
            }
        }
    }

    Swapped(const Swapped&) = delete;
    Swapped& operator=(const Swapped&) = delete;

    ~Swapped() {
        if (weights_ != nullptr) {
            for (const auto& entry : weights_->entries()) {
                model_.place(structure_, entry.slot_index, model_.slots()[entry.slot_index].tensor);
            }
        }
    }

private:
    const Model& model_;
    const Structure& structure_;
    const Weights* weights_;
};

// Sees whether a call writes into the model or replaces its tensors.
class ChangeDetector {
public:
    ChangeDetector(const Model& model, const Structure& structure) : model_(model), structure_(structure) {
        for (size_t index = 0; index < model.slots().size(); ++index) {
            before_.push_back(current(index));
            versions_.push_back(before_.back()._version());
        }
    }

    void check() const {
        for (size_t index = 0; index < before_.size(); ++index) {
            const auto now = current(index);
            if (now.unsafeGetTensorImpl() != before_[index].unsafeGetTensorImpl() || now._version() != versions_[index]) {
                throw invalid("scoring changes '" + model_.slots()[index].name +
                              "' in eval mode; a model that changes itself has no fixed losses (take the update out of forward)");
            }
        }
    }

private:
    at::Tensor current(size_t index) const {
        const auto& place = model_.slots()[index].places.front();
        return structure_.objects()[place.object_index]->getSlot(place.attribute_index).toTensor();
    }

    const Model& model_;
    const Structure& structure_;
    std::vector<at::Tensor> before_;
    std::vector<int64_t> versions_;
};

}  // namespace

Lane::Lane(const Model& model, const mirrored_layout& layout, int threads)
    : model_(model),
      layout_(layout, model.forward().argument_names),
      threads_(threads),
      stream_(new_stream(model.device())),
      structure_(model.structure().copy()),
      tensors_(layout_, model.device()),
      arguments_(layout_.arguments.size()) {
    const auto& prefix_names = model.prefix().argument_names;
    prefix_reads_made_values_ = std::any_of(layout_.arguments.begin(), layout_.arguments.end(), [&](const Argument& argument) {
        return argument.source != MIRRORED_COLUMN &&
               std::find(prefix_names.begin(), prefix_names.end(), argument.name) != prefix_names.end();
    });
}

void Lane::load(const void* const* row_pointers, int64_t row_count, const uint64_t* row_keys) {
    if (row_count < 1 || (layout_.needs_row_keys && row_keys == nullptr)) {
        throw internal("a mini-batch needs a row, and row keys when values are made");
    }
    c10::InferenceMode inference;
    const c10::StreamGuard on_stream(stream_);
    features_.clear();
    draw_ = -1;
    row_count_ = 0;
    row_keys_.assign(row_keys, row_keys == nullptr ? nullptr : row_keys + row_count);
    const MiniBatch batch{row_pointers, row_count, row_count, nullptr, nullptr};
    for (size_t index = 0; index < arguments_.size(); ++index) {
        if (layout_.arguments[index].source == MIRRORED_COLUMN) {
            arguments_[index] = tensors_.column(index, batch);
        }
    }
    row_count_ = row_count;
}

void Lane::losses(const Weights* weights, uint32_t draw, float* losses, int64_t row_count) {
    if (row_count_ == 0 || row_count != row_count_) {
        throw internal("losses for " + std::to_string(row_count) + " rows; the mini-batch has " + std::to_string(row_count_));
    }
    use_threads(threads_);
    c10::InferenceMode inference;
    const c10::StreamGuard on_stream(stream_);
    make_values(draw);
    const auto result = run(weights).cpu().contiguous();
    std::memcpy(losses, result.data_ptr<float>(), sizeof(float) * static_cast<size_t>(row_count));
}

void Lane::make_values(uint32_t draw) {
    if (draw_ == static_cast<int64_t>(draw)) {
        return;
    }
    draws_.assign(static_cast<size_t>(row_count_), draw);
    const MiniBatch batch{nullptr, 0, row_count_, row_keys_.data(), draws_.data()};
    for (size_t index = 0; index < arguments_.size(); ++index) {
        if (layout_.arguments[index].source != MIRRORED_COLUMN) {
            arguments_[index] = tensors_.made(index, batch);
        }
    }
    if (prefix_reads_made_values_) {
        features_.clear();
    }
    draw_ = draw;
}

at::Tensor Lane::run(const Weights* weights) {
    const bool shares_prefix = model_.has_prefix() && (weights == nullptr || weights->shares_prefix());
    if (shares_prefix && features_.empty()) {
        features_ = run_prefix();
    }
    const Swapped swapped(model_, structure_, weights);
    const auto score = [&] { return !model_.has_prefix() ? run_forward() : run_suffix(shares_prefix ? features_ : run_prefix()); };
    if (is_checked_) {
        return score();
    }
    const ChangeDetector detector(model_, structure_);
    const auto losses = score();
    if (model_.has_prefix()) {
        check_split(losses);
    }
    detector.check();
    is_checked_ = true;
    return losses;
}

at::Tensor Lane::run_forward() const { return losses_of(call(structure_, model_.forward(), arguments_), model_.forward(), row_count_); }

std::vector<at::Tensor> Lane::run_prefix() const {
    const auto result = call(structure_, model_.prefix(), arguments_named(model_.prefix().argument_names));
    std::vector<at::Tensor> features;
    if (result.isTensor()) {
        features.push_back(result.toTensor());
    } else if (result.isTuple()) {
        for (const auto& element : result.toTupleRef().elements()) {
            features.push_back(element.toTensor());
        }
    }
    if (features.size() != model_.feature_count()) {
        throw invalid("prefix returned " + std::to_string(features.size()) + " tensors; suffix takes " +
                      std::to_string(model_.feature_count()) + " before the arguments of forward");
    }
    return features;
}

at::Tensor Lane::run_suffix(const std::vector<at::Tensor>& features) const {
    const auto& names = model_.suffix().argument_names;
    auto arguments = features;
    const auto columns = arguments_named({names.begin() + static_cast<std::ptrdiff_t>(features.size()), names.end()});
    arguments.insert(arguments.end(), columns.begin(), columns.end());
    return losses_of(call(structure_, model_.suffix(), arguments), model_.suffix(), row_count_);
}

std::vector<at::Tensor> Lane::arguments_named(const std::vector<std::string>& names) const {
    std::vector<at::Tensor> arguments;
    for (const auto& name : names) {
        const auto& all = model_.forward().argument_names;
        arguments.push_back(arguments_[static_cast<size_t>(std::find(all.begin(), all.end(), name) - all.begin())]);
    }
    return arguments;
}

// forward = suffix o prefix is the exporter's promise; a broken one would give another influence without a word.
void Lane::check_split(const at::Tensor& losses) const {
    const auto whole = run_forward();
    if (!at::allclose(whole, losses, /*rtol=*/1e-5, /*atol=*/1e-5, /*equal_nan=*/true)) {
        throw invalid("suffix(prefix(...)) differs from forward by up to " + std::to_string((whole - losses).abs().max().item<float>()) +
                      " nats; they must be the same computation");
    }
}

}  // namespace mirrored
