#pragma once

#include <vector>

#include <ATen/ATen.h>

#include "model.h"

namespace mirrored {

// Calls a method of a structure. The arguments are copied first when the method may write into them.
c10::IValue call(const Structure& structure, const Function& function, const std::vector<at::Tensor>& arguments);

// What a scoring method must return: float32 [row_count].
at::Tensor losses_of(const c10::IValue& result, const Function& function, int64_t row_count);

}  // namespace mirrored
