#pragma once

#include <string>
#include <vector>

#include <torch/csrc/jit/api/module.h>

namespace mirrored {

// What a method does, read from its graph with every call inlined.
struct GraphFacts {
    // Dotted names, from the module, of the attributes that the method reads: "features.0.weight", "bn.training".
    std::vector<std::string> attributes;

    // False when a call could not be inlined or a module escapes: then any attribute may be read.
    bool attributes_are_known = true;

    // An operator that has a mode, such as batch_norm or dropout, is given a constant for it. torch.jit.trace makes such graphs.
    bool has_fixed_mode = false;

    // The method may write into a tensor that it was given, so it must be given a copy.
    bool may_write_arguments = false;
};

GraphFacts facts_of(const torch::jit::Method& method);

}  // namespace mirrored
