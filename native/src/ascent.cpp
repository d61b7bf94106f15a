#include "ascent.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include <ATen/Context.h>
#include <torch/csrc/autograd/autograd.h>

#include "failure.h"
#include "optimizer.h"
#include "runtime.h"
#include "scoring.h"

namespace mirrored {
namespace {

// Invariants: structure_ is this ascent's own copy. Its trainable parameters and all its buffers are copies; frozen parameters are the
// base's.
class Ascent {
public:
    Ascent(const Model& model, const Layout& layout, const mirrored_ascent& options, const Query& query)
        : model_(model),
          layout_(layout),
          options_(options),
          query_(query),
          structure_(model.structure().copy()),
          tensors_(layout, model.device()),
          trainable_(options.trainable, options.trainable + options.trainable_count) {
        copy_tensors();
        choose_modules_in_train_mode();
    }

    AscentOutcome run() {
        const double loss_before = mean_loss();
        take_steps();
        const double loss_after = mean_loss();
        return {difference(), loss_before, loss_after};
    }

private:
    void copy_tensors() {
        for (size_t index = 0; index < model_.slots().size(); ++index) {
            const auto& slot = model_.slots()[index];
            if (!slot.is_parameter) {
                model_.place(structure_, index, slot.tensor.clone());
            }
        }
        for (const auto index : trainable_) {
            const auto& slot = model_.slots().at(static_cast<size_t>(index));
            if (!slot.tensor.is_floating_point()) {
                throw invalid("parameter '" + slot.name + "' is " + dtype_name(slot.tensor.scalar_type()) + " and has no gradient");
            }
            parameters_.push_back(slot.tensor.clone().requires_grad_(true));
            model_.place(structure_, static_cast<size_t>(index), parameters_.back());
        }
    }

    void choose_modules_in_train_mode() {
        if (options_.mode == MIRRORED_MODE_EVAL) {
            return;
        }
        for (size_t index = 0; index < structure_.objects().size(); ++index) {
            if (options_.mode == MIRRORED_MODE_TRAIN || owns_trainable(index)) {
                in_train_mode_.push_back(index);
            }
        }
        const auto with_modes = model_.modules_with_modes();
        if (std::none_of(with_modes.begin(), with_modes.end(),
                         [&](size_t index) { return std::binary_search(in_train_mode_.begin(), in_train_mode_.end(), index); })) {
            const std::string remedy = model_.forward().facts.has_fixed_mode
                                           ? "; the mode of its BatchNorm or Dropout is fixed in the archive, as torch.jit.trace does: "
                                             "export with torch.jit.script, or ascend in eval mode"
                                           : ", such as a BatchNorm; ascend in eval mode";
            throw invalid(std::string("train mode changes nothing: forward reads the mode of no module") +
                          (options_.mode == MIRRORED_MODE_TRAIN_OWNERS ? " that owns a trainable parameter" : "") + remedy);
        }
    }

    bool owns_trainable(size_t object_index) const {
        return std::any_of(trainable_.begin(), trainable_.end(), [&](int32_t index) {
            const auto& places = model_.slots()[static_cast<size_t>(index)].places;
            return std::any_of(places.begin(), places.end(), [&](const Place& place) { return place.object_index == object_index; });
        });
    }

    void set_training(bool training) {
        for (const auto index : in_train_mode_) {
            structure_.set_training(index, training);
        }
    }

    void take_steps() {
        // Dropout draws from the process's one generator.
        static std::mutex generator;
        std::unique_lock<std::mutex> lock(generator, std::defer_lock);
        if (!in_train_mode_.empty()) {
            lock.lock();
            at::manual_seed(layout_.seed);
        }
        set_training(true);
        Optimizer optimizer({options_.optimizer, options_.maximise != 0, options_.learning_rate, options_.momentum, options_.weight_decay},
                            parameters_.size());
        for (int32_t step = 0; step < options_.steps; ++step) {
            optimizer.step(parameters_, gradients_of_mean_loss());
        }
        set_training(false);
    }

    std::vector<at::Tensor> gradients_of_mean_loss() {
        at::AutoGradMode with_grad(true);
        std::vector<at::Tensor> sums(parameters_.size());
        for (int64_t start = 0; start < total_rows(); start += options_.mini_batch_rows) {
            const auto part = losses(start).sum().div(total_rows());
            if (!part.requires_grad()) {
                throw invalid(
                    "the loss does not depend on any trainable parameter (is forward under torch.no_grad, or the glob too narrow?)");
            }
            const auto gradients = torch::autograd::grad({part}, parameters_, {}, false, false, /*allow_unused=*/true);
            for (size_t index = 0; index < sums.size(); ++index) {
                if (!sums[index].defined()) {
                    sums[index] = gradients[index];
                } else if (gradients[index].defined()) {
                    sums[index] = sums[index] + gradients[index];
                }
            }
        }
        return sums;
    }

    double mean_loss() {
        at::NoGradGuard no_grad;
        double sum = 0;
        for (int64_t start = 0; start < total_rows(); start += options_.mini_batch_rows) {
            const auto part = losses(start).cpu().contiguous();
            const auto* values = part.data_ptr<float>();
            for (int64_t index = 0; index < part.numel(); ++index) {
                sum += static_cast<double>(values[index]);
            }
        }
        return sum / static_cast<double>(total_rows());
    }

    // The whole query, repeated, under each draw.
    int64_t total_rows() const { return options_.repeat * options_.draw_count * query_.row_count; }

    // Losses of the mini-batch that starts at one of the total rows.
    at::Tensor losses(int64_t start) {
        if (options_.cancelled != nullptr && *options_.cancelled != 0) {
            throw Failure(MIRRORED_CANCELLED, "cancelled");
        }
        const auto count = std::min(options_.mini_batch_rows, total_rows() - start);
        std::vector<const void*> pointers(layout_.column_count * static_cast<size_t>(count));
        std::vector<uint64_t> keys(static_cast<size_t>(count));
        std::vector<uint32_t> draws(static_cast<size_t>(count));
        for (int64_t index = 0; index < count; ++index) {
            const auto row = (start + index) % query_.row_count;
            const auto at_index = static_cast<size_t>(index);
            draws[at_index] = static_cast<uint32_t>((start + index) / query_.row_count % options_.draw_count);
            keys[at_index] = query_.row_keys == nullptr ? 0 : query_.row_keys[row];
            for (size_t column = 0; column < layout_.column_count; ++column) {
                pointers[column * static_cast<size_t>(count) + at_index] =
                    query_.row_pointers[static_cast<int64_t>(column) * query_.row_count + row];
            }
        }
        const MiniBatch batch{pointers.data(), count, count, keys.data(), draws.data()};

        std::vector<at::Tensor> arguments;
        for (size_t index = 0; index < layout_.arguments.size(); ++index) {
            const bool is_column = layout_.arguments[index].source == MIRRORED_COLUMN;
            arguments.push_back(is_column ? tensors_.column(index, batch) : tensors_.made(index, batch));
            if (static_cast<int32_t>(index) == options_.perturbed_argument) {
                arguments.back() = moved(arguments.back(), keys);
            }
        }
        return losses_of(call(structure_, model_.forward(), arguments), model_.forward(), count);
    }

    // Each row moved by the radius along its own random direction: docs/formats/noise.md, stream 2.
    at::Tensor moved(const at::Tensor& tensor, const std::vector<uint64_t>& keys) const {
        auto values = tensor.to(at::TensorOptions(at::kCPU).dtype(at::kDouble), /*non_blocking=*/false, /*copy=*/true).contiguous();
        const auto row_elements = values.numel() / values.size(0);
        std::vector<float> direction(static_cast<size_t>(row_elements));
        for (size_t row = 0; row < keys.size(); ++row) {
            const NoiseKey key{layout_.seed, keys[row], static_cast<uint32_t>(options_.perturbation_attempt)};
            fill_normal(key, NoiseStream::direction, direction.data(), row_elements);
            double squares = 0;
            for (const double element : direction) {
                squares += element * element;
            }
            const double scale = options_.perturbation_radius / std::sqrt(squares);
            auto* const target = values.data_ptr<double>() + static_cast<int64_t>(row) * row_elements;
            for (int64_t index = 0; index < row_elements; ++index) {
                target[index] += scale * static_cast<double>(direction[static_cast<size_t>(index)]);
            }
        }
        return values.to(tensor.options());
    }

    // The tensors that are not what they were. Read from the structure, since a module may have replaced its own buffer.
    Weights difference() const {
        std::vector<Weights::Entry> entries;
        for (size_t index = 0; index < model_.slots().size(); ++index) {
            const auto& slot = model_.slots()[index];
            const auto& place = slot.places.front();
            const auto tensor = structure_.objects()[place.object_index]->getSlot(place.attribute_index).toTensor().detach();
            if (tensor.sizes() != slot.tensor.sizes() || tensor.scalar_type() != slot.tensor.scalar_type()) {
                throw invalid("the model replaced '" + slot.name + "', " + describe(slot.tensor) + ", by " + describe(tensor) +
                              " while ascending");
            }
            if (tensor.unsafeGetTensorImpl() != slot.tensor.unsafeGetTensorImpl() && !at::equal(tensor, slot.tensor)) {
                entries.push_back({index, tensor.contiguous()});
            }
        }
        return Weights(model_, std::move(entries));
    }

    const Model& model_;
    const Layout& layout_;
    const mirrored_ascent& options_;
    const Query& query_;
    Structure structure_;
    ArgumentTensors tensors_;
    std::vector<int32_t> trainable_;
    std::vector<at::Tensor> parameters_;  // [trainable_], leaves of the graph
    std::vector<size_t> in_train_mode_;   // module objects, ascending
};

}  // namespace

AscentOutcome ascend(const Model& model, const Layout& layout, const mirrored_ascent& options, const Query& query) {
    if (query.row_count < 1 || options.steps < 1 || options.repeat < 1 || options.draw_count < 1 || options.mini_batch_rows < 1) {
        throw internal("rows, steps, repeat, draws and mini-batch rows must be 1 or more");
    }
    use_threads(options.threads);
    return Ascent(model, layout, options, query).run();
}

}  // namespace mirrored
