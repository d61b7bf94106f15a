#include "structure.h"

#include <algorithm>

namespace mirrored {

Structure::Structure(const torch::jit::Module& module) {
    add_copy(module._ivalue(), "");
    originals_.clear();
}

ObjectPtr Structure::add_copy(const ObjectPtr& original, const std::string& name) {
    const auto known = std::find(originals_.begin(), originals_.end(), original);
    if (known != originals_.end()) {
        return objects_[static_cast<size_t>(known - originals_.begin())];
    }
    const auto copy = original->copy();
    originals_.push_back(original);
    objects_.push_back(copy);
    names_.push_back(name);
    const auto type = original->type();
    for (size_t slot = 0; slot < type->numAttributes(); ++slot) {
        if (type->getAttribute(slot)->is_module()) {
            const auto& attribute = type->getAttributeName(slot);
            const auto child = original->getSlot(slot).toObject();
            copy->setSlot(slot, add_copy(child, name.empty() ? attribute : name + '.' + attribute));
        }
    }
    return copy;
}

void Structure::set_training(size_t object_index, bool training) {
    const auto& object = objects_[object_index];
    if (object->type()->findAttribute("training")) {
        object->setAttr("training", training);
    }
}

}  // namespace mirrored
