#include "mirrored_torch.h"

#include <cstring>
#include <memory>

#include "ascent.h"
#include "failure.h"
#include "lane.h"
#include "model.h"
#include "runtime.h"
#include "weights.h"

struct mirrored_model {
    std::shared_ptr<const mirrored::Model> model;
};

struct mirrored_weights {
    mirrored::Weights weights;
};

struct mirrored_lane {
    std::shared_ptr<const mirrored::Model> model;
    mirrored::Lane lane;
};

using mirrored::guarded;

int32_t mirrored_abi_version(void) noexcept { return MIRRORED_ABI_VERSION; }

mirrored_status mirrored_runtime_describe(mirrored_text* json, mirrored_text* error) noexcept {
    return guarded(error, [&] {
        mirrored::configure_runtime();
        mirrored::write_text(json, mirrored::describe_runtime());
    });
}

mirrored_status mirrored_runtime_measure(double* gigaflops, mirrored_text* error) noexcept {
    return guarded(error, [&] {
        mirrored::configure_runtime();
        *gigaflops = mirrored::measure_gigaflops();
    });
}

mirrored_status mirrored_model_load(const uint8_t* bytes, int64_t byte_count, const char* device, mirrored_model** model,
                                    mirrored_text* error) noexcept {
    return guarded(error, [&] {
        mirrored::configure_runtime();
        *model = new mirrored_model{std::make_shared<mirrored::Model>(bytes, byte_count, device)};
    });
}

void mirrored_model_free(mirrored_model* model) noexcept { delete model; }

mirrored_status mirrored_model_describe(const mirrored_model* model, mirrored_text* json, mirrored_text* error) noexcept {
    return guarded(error, [&] { mirrored::write_text(json, model->model->describe()); });
}

mirrored_status mirrored_model_ascend(const mirrored_model* model, const mirrored_layout* layout, const mirrored_ascent* ascent,
                                      const void* const* row_pointers, int64_t row_count, const uint64_t* row_keys,
                                      mirrored_weights** weights, double* loss_before, double* loss_after, mirrored_text* error) noexcept {
    return guarded(error, [&] {
        const mirrored::Layout checked(*layout, model->model->forward().argument_names);
        auto outcome = mirrored::ascend(*model->model, checked, *ascent, {row_pointers, row_count, row_keys});
        *loss_before = outcome.loss_before;
        *loss_after = outcome.loss_after;
        *weights = new mirrored_weights{std::move(outcome.weights)};
    });
}

mirrored_status mirrored_weights_load(const mirrored_model* model, const mirrored_tensor* tensors, int32_t tensor_count,
                                      mirrored_weights** weights, mirrored_text* error) noexcept {
    return guarded(error, [&] { *weights = new mirrored_weights{mirrored::Weights::load(*model->model, tensors, tensor_count)}; });
}

void mirrored_weights_free(mirrored_weights* weights) noexcept { delete weights; }

int32_t mirrored_weights_count(const mirrored_weights* weights) noexcept { return static_cast<int32_t>(weights->weights.entries().size()); }

int32_t mirrored_weights_tensor_index(const mirrored_weights* weights, int32_t index) noexcept {
    return static_cast<int32_t>(weights->weights.entries()[static_cast<size_t>(index)].slot_index);
}

mirrored_status mirrored_weights_read(const mirrored_weights* weights, int32_t index, void* destination, int64_t byte_count,
                                      mirrored_text* error) noexcept {
    return guarded(error, [&] {
        const auto tensor = weights->weights.entries().at(static_cast<size_t>(index)).tensor.cpu();
        if (static_cast<int64_t>(tensor.nbytes()) != byte_count) {
            throw mirrored::internal("tensor has " + std::to_string(tensor.nbytes()) + " bytes, not " + std::to_string(byte_count));
        }
        std::memcpy(destination, tensor.data_ptr(), static_cast<size_t>(byte_count));
    });
}

mirrored_status mirrored_lane_create(const mirrored_model* model, const mirrored_layout* layout, int32_t threads, mirrored_lane** lane,
                                     mirrored_text* error) noexcept {
    return guarded(error, [&] { *lane = new mirrored_lane{model->model, {*model->model, *layout, threads}}; });
}

void mirrored_lane_free(mirrored_lane* lane) noexcept { delete lane; }

mirrored_status mirrored_lane_load(mirrored_lane* lane, const void* const* row_pointers, int64_t row_count, const uint64_t* row_keys,
                                   mirrored_text* error) noexcept {
    return guarded(error, [&] { lane->lane.load(row_pointers, row_count, row_keys); });
}

mirrored_status mirrored_lane_losses(mirrored_lane* lane, const mirrored_weights* weights, int32_t draw, float* losses, int64_t row_count,
                                     mirrored_text* error) noexcept {
    return guarded(error, [&] {
        lane->lane.losses(weights == nullptr ? nullptr : &weights->weights, static_cast<uint32_t>(draw), losses, row_count);
    });
}
