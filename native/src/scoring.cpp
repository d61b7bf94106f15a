#include "scoring.h"

#include "arguments.h"
#include "failure.h"

namespace mirrored {

c10::IValue call(const Structure& structure, const Function& function, const std::vector<at::Tensor>& arguments) {
    std::vector<c10::IValue> values;
    for (const auto& argument : arguments) {
        values.emplace_back(function.facts.may_write_arguments ? argument.clone() : argument);
    }
    try {
        return structure.root().get_method(function.name)(std::move(values));
    } catch (const std::exception& exception) {
        const auto words = words_of(exception);
        if (is_out_of_memory(words)) {
            throw;
        }
        std::string given;
        for (size_t index = 0; index < arguments.size(); ++index) {
            given += (index == 0 ? "" : ", ") + function.argument_names[index] + ' ' + describe(arguments[index]);
        }
        throw invalid(function.name + '(' + given + ") failed: " + words);
    }
}

at::Tensor losses_of(const c10::IValue& result, const Function& function, int64_t row_count) {
    const auto expected = "the loss of each row, float32 [" + std::to_string(row_count) + "], unreduced (reduction='none')";
    if (!result.isTensor()) {
        throw invalid(function.name + " returned " + result.tagKind() + "; expected one tensor, " + expected);
    }
    auto losses = result.toTensor();
    if (losses.dim() == 0) {
        throw invalid(function.name + " returned a scalar; expected " + expected);
    }
    if (losses.dim() != 1 || losses.size(0) != row_count || losses.scalar_type() != at::kFloat) {
        throw invalid(function.name + " returned " + describe(losses) + "; expected " + expected);
    }
    return losses;
}

}  // namespace mirrored
