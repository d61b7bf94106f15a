#include "optimizer.h"

#include <cmath>

#include "mirrored_torch.h"

namespace mirrored {

void Optimizer::step(const std::vector<at::Tensor>& parameters, const std::vector<at::Tensor>& gradients) {
    at::NoGradGuard no_grad;
    for (size_t index = 0; index < parameters.size(); ++index) {
        if (!gradients[index].defined()) {
            continue;
        }
        const auto gradient = options_.maximise ? -gradients[index] : gradients[index];
        if (options_.kind == MIRRORED_SGD) {
            step_sgd(parameters[index], gradient, states_[index]);
        } else {
            step_adam(parameters[index], gradient, states_[index]);
        }
    }
}

void Optimizer::step_sgd(at::Tensor parameter, at::Tensor gradient, State& state) const {
    if (options_.weight_decay != 0) {
        gradient = gradient.add(parameter, options_.weight_decay);
    }
    if (options_.momentum != 0) {
        if (state.momentum.defined()) {
            state.momentum.mul_(options_.momentum).add_(gradient);
        } else {
            state.momentum = gradient.clone();
        }
        gradient = state.momentum;
    }
    parameter.add_(gradient, -options_.learning_rate);
}

void Optimizer::step_adam(at::Tensor parameter, at::Tensor gradient, State& state) const {
    constexpr double beta1 = 0.9;
    constexpr double beta2 = 0.999;
    constexpr double epsilon = 1e-8;
    if (!state.average.defined()) {
        state.average = at::zeros_like(parameter);
        state.average_of_squares = at::zeros_like(parameter);
    }
    ++state.steps;
    if (options_.kind == MIRRORED_ADAMW) {
        parameter.mul_(1 - options_.learning_rate * options_.weight_decay);
    } else if (options_.weight_decay != 0) {
        gradient = gradient.add(parameter, options_.weight_decay);
    }
    state.average.mul_(beta1).add_(gradient, 1 - beta1);
    state.average_of_squares.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);

    const auto steps = static_cast<double>(state.steps);
    const double correction1 = 1 - std::pow(beta1, steps);
    const double correction2 = 1 - std::pow(beta2, steps);
    const auto denominator = (state.average_of_squares.sqrt() / std::sqrt(correction2)).add_(epsilon);
    parameter.addcdiv_(state.average, denominator, -options_.learning_rate / correction1);
}

}  // namespace mirrored
