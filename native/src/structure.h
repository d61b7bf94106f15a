#pragma once

#include <string>
#include <vector>

#include <torch/csrc/jit/api/module.h>

namespace mirrored {

using ObjectPtr = c10::intrusive_ptr<c10::ivalue::Object>;

// The module objects of a model, root first, each once. A copy has objects of its own, in the same order, over the same tensors: swapping
// a tensor in it is seen by nobody else. Classes and compiled methods are shared.
class Structure {
public:
    explicit Structure(const torch::jit::Module& module);

    Structure copy() const { return Structure(root()); }
    torch::jit::Module root() const { return torch::jit::Module(objects_.front()); }
    const std::vector<ObjectPtr>& objects() const { return objects_; }

    // Dotted name of objects()[index], "" for the root.
    const std::string& name(size_t index) const { return names_[index]; }

    // Does nothing to an object without a `training` attribute.
    void set_training(size_t object_index, bool training);

private:
    ObjectPtr add_copy(const ObjectPtr& original, const std::string& name);

    std::vector<ObjectPtr> originals_;  // only while copying
    std::vector<ObjectPtr> objects_;
    std::vector<std::string> names_;
};

}  // namespace mirrored
