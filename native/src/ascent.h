#pragma once

#include "arguments.h"
#include "model.h"
#include "weights.h"

namespace mirrored {

struct Query {
    const void* const* row_pointers;  // [columns x row_count], column-major
    int64_t row_count;
    const uint64_t* row_keys;  // [row_count] or null
};

struct AscentOutcome {
    Weights weights;
    double loss_before;  // mean of the query under the base model, in eval mode
    double loss_after;   // the same under the ascended model
};

AscentOutcome ascend(const Model& model, const Layout& layout, const mirrored_ascent& options, const Query& query);

}  // namespace mirrored
