#pragma once

#include <vector>

#include <c10/core/Stream.h>

#include "arguments.h"
#include "model.h"
#include "weights.h"

namespace mirrored {

// Scores mini-batches. One thread at a time.
// Invariant between calls: every slot of structure_ holds the base model's tensor.
class Lane {
public:
    Lane(const Model& model, const mirrored_layout& layout, int threads);

    void load(const void* const* row_pointers, int64_t row_count, const uint64_t* row_keys);

    void losses(const Weights* weights, uint32_t draw, float* losses, int64_t row_count);

private:
    void make_values(uint32_t draw);
    at::Tensor run(const Weights* weights);
    at::Tensor run_forward() const;
    std::vector<at::Tensor> run_prefix() const;
    at::Tensor run_suffix(const std::vector<at::Tensor>& features) const;
    std::vector<at::Tensor> arguments_named(const std::vector<std::string>& names) const;
    void check_split(const at::Tensor& losses) const;

    const Model& model_;
    Layout layout_;
    int threads_;
    c10::Stream stream_;  // of its own on a GPU, so that lanes overlap
    Structure structure_;
    ArgumentTensors tensors_;
    bool prefix_reads_made_values_;
    bool is_checked_ = false;

    // The mini-batch.
    int64_t row_count_ = 0;
    std::vector<uint64_t> row_keys_;
    std::vector<uint32_t> draws_;
    std::vector<at::Tensor> arguments_;  // of forward, in order; made ones for draw_
    int64_t draw_ = -1;                  // -1: none yet
    std::vector<at::Tensor> features_;   // of the base model's prefix for this mini-batch and draw; empty: none yet
};

}  // namespace mirrored
