#include "model.h"

#include <algorithm>
#include <istream>
#include <streambuf>

#include <torch/csrc/jit/serialization/import.h>

#include "arguments.h"
#include "failure.h"
#include "json.h"
#include "runtime.h"

namespace mirrored {
namespace {

constexpr const char* exporter_file = "mirrored.json";

// Reads memory that somebody else owns.
class MemoryBuffer : public std::streambuf {
public:
    MemoryBuffer(const uint8_t* bytes, int64_t byte_count) {
        auto* start = const_cast<char*>(reinterpret_cast<const char*>(bytes));
        setg(start, start, start + byte_count);
    }

protected:
    pos_type seekoff(off_type offset, std::ios_base::seekdir direction, std::ios_base::openmode) override {
        const char* const from = direction == std::ios_base::beg ? eback() : direction == std::ios_base::cur ? gptr() : egptr();
        return seekpos(from - eback() + offset, std::ios_base::in);
    }

    pos_type seekpos(pos_type position, std::ios_base::openmode) override {
        if (position < 0 || position > egptr() - eback()) {
            return pos_type(off_type(-1));
        }
        setg(eback(), eback() + position, egptr());
        return position;
    }
};

torch::jit::Module load_module(const uint8_t* bytes, int64_t byte_count, at::Device device, std::string& exporter_text) {
    MemoryBuffer buffer(bytes, byte_count);
    std::istream stream(&buffer);
    torch::jit::ExtraFilesMap extra_files{{exporter_file, ""}};
    try {
        auto module = torch::jit::load(stream, device, extra_files);
        exporter_text = extra_files[exporter_file];
        module.eval();
        return module;
    } catch (const std::exception& exception) {
        throw invalid("not a TorchScript archive (torch.jit.save makes one; torch.save and state_dict files hold no code): " +
                      words_of(exception));
    }
}

// First and last byte that a tensor can touch.
std::pair<uintptr_t, uintptr_t> extent(const at::Tensor& tensor) {
    int64_t last = 0;
    for (int64_t dimension = 0; dimension < tensor.dim(); ++dimension) {
        last += (tensor.size(dimension) - 1) * tensor.stride(dimension);
    }
    const auto start = reinterpret_cast<uintptr_t>(tensor.data_ptr());
    return {start, start + static_cast<uintptr_t>((last + 1) * static_cast<int64_t>(tensor.element_size()))};
}

bool is_same_tensor(const at::Tensor& left, const at::Tensor& right) {
    return left.unsafeGetTensorImpl() == right.unsafeGetTensorImpl() ||
           (left.numel() > 0 && left.data_ptr() == right.data_ptr() && left.sizes() == right.sizes() && left.strides() == right.strides() &&
            left.scalar_type() == right.scalar_type());
}

}  // namespace

Model::Model(const uint8_t* bytes, int64_t byte_count, const std::string& device)
    : device_(parse_device(device)), structure_(load_module(bytes, byte_count, device_, exporter_text_)) {
    has_exporter_text_ = !exporter_text_.empty();
    if (!structure_.root().find_method("forward")) {
        throw invalid("the archive has no method 'forward'; it must return the loss of each row, float32 [B], unreduced");
    }
    forward_ = read_function("forward");
    read_slots();
    check_slots();
    if (structure_.root().find_method("prefix") || structure_.root().find_method("suffix")) {
        read_prefix();
    }
}

Function Model::read_function(const std::string& name) const {
    if (!structure_.root().find_method(name)) {
        throw invalid("the archive has only one of the methods 'prefix' and 'suffix'; '" + name + "' is missing");
    }
    const auto method = structure_.root().get_method(name);
    Function function{name, {}, facts_of(method)};
    const auto& arguments = method.function().getSchema().arguments();
    for (size_t index = 1; index < arguments.size(); ++index) {
        const auto& argument = arguments[index];
        if (argument.type()->kind() != c10::TypeKind::TensorType) {
            throw invalid("argument '" + argument.name() + "' of " + name + " is of type " + argument.type()->str() +
                          "; every argument must be a Tensor (wrap the model in a module that fixes the others)");
        }
        function.argument_names.push_back(argument.name());
    }
    if (function.argument_names.empty()) {
        throw invalid(name + " takes no argument; it must take the tensors of a mini-batch");
    }
    return function;
}

void Model::read_slots() {
    const auto& objects = structure_.objects();
    for (size_t object_index = 0; object_index < objects.size(); ++object_index) {
        const auto& object = objects[object_index];
        const auto type = object->type();
        for (size_t attribute_index = 0; attribute_index < type->numAttributes(); ++attribute_index) {
            const auto value = object->getSlot(attribute_index);
            if (!value.isTensor() || !value.toTensor().defined()) {
                continue;
            }
            const auto tensor = value.toTensor();
            const auto& owner = structure_.name(object_index);
            const auto name =
                owner.empty() ? type->getAttributeName(attribute_index) : owner + '.' + type->getAttributeName(attribute_index);
            const auto known =
                std::find_if(slots_.begin(), slots_.end(), [&](const Slot& slot) { return is_same_tensor(slot.tensor, tensor); });
            const auto slot_index = static_cast<size_t>(known - slots_.begin());
            if (known == slots_.end()) {
                slots_.push_back({name, {}, tensor, type->is_parameter(attribute_index), false, {}});
            } else {
                known->other_names.push_back(name);
                known->is_parameter |= type->is_parameter(attribute_index);
            }
            slots_[slot_index].places.push_back({object_index, attribute_index});
            slot_indexes_[name] = slot_index;
        }
    }
    for (size_t index = 0; index < slots_.size(); ++index) {
        slots_[index].tensor = slots_[index].tensor.detach();
        place(structure_, index, slots_[index].tensor);
    }
}

void Model::check_slots() const {
    std::vector<const Slot*> by_address;
    for (const auto& slot : slots_) {
        if (slot.tensor.layout() != at::kStrided || slot.tensor.is_quantized()) {
            throw invalid("tensor '" + slot.name + "' is sparse or quantised; only dense tensors can be ascended and swapped");
        }
        if (slot.tensor.numel() > 0) {
            by_address.push_back(&slot);
        }
    }
    std::sort(by_address.begin(), by_address.end(),
              [](const Slot* left, const Slot* right) { return extent(left->tensor) < extent(right->tensor); });
    for (size_t index = 1; index < by_address.size(); ++index) {
        if (extent(by_address[index]->tensor).first < extent(by_address[index - 1]->tensor).second) {
            throw invalid("tensors '" + by_address[index - 1]->name + "' and '" + by_address[index]->name +
                          "' share memory without being the same tensor, so that neither can be changed alone; clone one before saving");
        }
    }
}

void Model::read_prefix() {
    prefix_ = read_function("prefix");
    suffix_ = read_function("suffix");
    const auto is_column = [&](const std::string& name) {
        return std::find(forward_.argument_names.begin(), forward_.argument_names.end(), name) != forward_.argument_names.end();
    };
    for (const auto& name : prefix_.argument_names) {
        if (!is_column(name)) {
            throw invalid("prefix takes '" + name + "', which forward does not take");
        }
    }
    auto& names = suffix_.argument_names;
    feature_count_ = static_cast<size_t>(std::find_if(names.begin(), names.end(), is_column) - names.begin());
    const auto stray = std::find_if_not(names.begin() + static_cast<std::ptrdiff_t>(feature_count_), names.end(), is_column);
    if (stray != names.end()) {
        throw invalid("suffix takes '" + *stray + "' after arguments of forward; the prefix's features must come first");
    }

    for (auto& slot : slots_) {
        slot.is_used_by_prefix = !prefix_.facts.attributes_are_known;
    }
    for (const auto& name : prefix_.facts.attributes) {
        const auto known = slot_indexes_.find(name);
        if (known != slot_indexes_.end()) {
            slots_[known->second].is_used_by_prefix = true;
        }
    }
}

std::vector<size_t> Model::modules_with_modes() const {
    std::vector<size_t> modules;
    for (size_t index = 0; index < structure_.objects().size(); ++index) {
        const auto& owner = structure_.name(index);
        const auto flag = owner.empty() ? "training" : owner + ".training";
        const auto& read = forward_.facts.attributes;
        if (!forward_.facts.attributes_are_known || std::find(read.begin(), read.end(), flag) != read.end()) {
            modules.push_back(index);
        }
    }
    return modules;
}

void Model::place(const Structure& structure, size_t slot_index, const at::Tensor& tensor) const {
    for (const auto& place : slots_[slot_index].places) {
        structure.objects()[place.object_index]->setSlot(place.attribute_index, tensor);
    }
}

std::string Model::describe() const {
    std::string tensors;
    for (const auto& slot : slots_) {
        tensors += (tensors.empty() ? "" : ",") + ("{\"name\":" + json_text(slot.name)) + ",\"otherNames\":" + json_list(slot.other_names) +
                   ",\"dtype\":" + json_text(dtype_name(slot.tensor.scalar_type())) + ",\"shape\":" + json_list(slot.tensor.sizes().vec()) +
                   ",\"isParameter\":" + json_bool(slot.is_parameter) + ",\"usedByPrefix\":" + json_bool(slot.is_used_by_prefix) + '}';
    }
    const std::vector<std::string> suffix_columns(suffix_.argument_names.begin() + static_cast<std::ptrdiff_t>(feature_count_),
                                                  suffix_.argument_names.end());
    return "{\"device\":" + json_text(device_.str()) + ",\"arguments\":" + json_list(forward_.argument_names) +
           ",\"hasPrefix\":" + json_bool(has_prefix()) + ",\"prefixArguments\":" + json_list(prefix_.argument_names) +
           ",\"suffixArguments\":" + json_list(suffix_columns) +
           ",\"exporterText\":" + (has_exporter_text_ ? json_text(exporter_text_) : "null") + ",\"tensors\":[" + tensors + "]}";
}

}  // namespace mirrored
