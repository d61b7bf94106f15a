#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/module.h>

#include "graph_facts.h"
#include "structure.h"

namespace mirrored {

// Where a tensor hangs: a module object of the structure, and its attribute.
struct Place {
    size_t object_index;
    size_t attribute_index;
};

// A parameter or buffer. Attributes that hold the very same tensor (tied weights) are one slot with several places.
struct Slot {
    std::string name;  // of the first place
    std::vector<std::string> other_names;
    at::Tensor tensor;  // the base model's
    bool is_parameter;
    bool is_used_by_prefix;
    std::vector<Place> places;
};

// A method that scores: forward, prefix or suffix.
struct Function {
    std::string name;
    std::vector<std::string> argument_names;
    GraphFacts facts;
};

// The base model. Immutable once built.
class Model {
public:
    Model(const uint8_t* bytes, int64_t byte_count, const std::string& device);

    at::Device device() const { return device_; }
    const Structure& structure() const { return structure_; }
    const std::vector<Slot>& slots() const { return slots_; }
    const Function& forward() const { return forward_; }
    bool has_prefix() const { return !prefix_.name.empty(); }
    const Function& prefix() const { return prefix_; }
    const Function& suffix() const { return suffix_; }

    // How many leading arguments of suffix are features of the prefix.
    size_t feature_count() const { return feature_count_; }

    // The modules whose `training` flag forward reads, by index into structure().objects(); all when that is not known.
    std::vector<size_t> modules_with_modes() const;

    // Puts a tensor at every place of a slot in a copy of structure().
    void place(const Structure& structure, size_t slot_index, const at::Tensor& tensor) const;

    std::string describe() const;

private:
    Function read_function(const std::string& name) const;
    void read_slots();
    void check_slots() const;
    void read_prefix();

    at::Device device_;
    std::string exporter_text_;
    bool has_exporter_text_ = false;
    Structure structure_;
    std::vector<Slot> slots_;
    std::unordered_map<std::string, size_t> slot_indexes_;  // by every name
    Function forward_;
    Function prefix_;
    Function suffix_;
    size_t feature_count_ = 0;
};

}  // namespace mirrored
