#pragma once

#include <cstdint>
#include <vector>

#include <ATen/ATen.h>

namespace mirrored {

// SGD, Adam and AdamW as torch.optim 1.13 computes them one tensor at a time, operation by operation, with its defaults: no dampening, no
// Nesterov, betas (0.9, 0.999), eps 1e-8. Written here because torch::optim has neither `maximize` nor a stable interface.
class Optimizer {
public:
    struct Options {
        int32_t kind;   // MIRRORED_SGD, ...
        bool maximise;  // negates the gradient before weight decay is added, as torch.optim does: decay shrinks weights either way
        double learning_rate;
        double momentum;
        double weight_decay;
    };

    Optimizer(const Options& options, size_t parameter_count) : options_(options), states_(parameter_count) {}

    // One update in place. A parameter whose gradient is undefined stays as it is.
    void step(const std::vector<at::Tensor>& parameters, const std::vector<at::Tensor>& gradients);

private:
    struct State {
        int64_t steps = 0;
        at::Tensor momentum;
        at::Tensor average;
        at::Tensor average_of_squares;
    };

    void step_sgd(at::Tensor parameter, at::Tensor gradient, State& state) const;
    void step_adam(at::Tensor parameter, at::Tensor gradient, State& state) const;

    Options options_;
    std::vector<State> states_;
};

}  // namespace mirrored
