#include "graph_facts.h"

#include <unordered_map>
#include <unordered_set>

#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>

namespace mirrored {
namespace {

using torch::jit::Block;
using torch::jit::Node;
using torch::jit::Value;

// Operators that always return a new tensor, never their input or a view of it. Writing into such a result touches no argument.
// The list need not be whole: what is not on it costs a copy of the arguments, nothing else.
// clang-format off
const std::unordered_set<std::string> fresh_operators = {
    "aten::conv1d", "aten::conv2d", "aten::conv3d", "aten::_convolution", "aten::conv_transpose2d", "aten::linear", "aten::addmm",
    "aten::matmul", "aten::mm", "aten::bmm", "aten::batch_norm", "aten::layer_norm", "aten::group_norm", "aten::instance_norm",
    "aten::add", "aten::sub", "aten::mul", "aten::div", "aten::relu", "aten::gelu", "aten::silu", "aten::sigmoid", "aten::tanh",
    "aten::softmax", "aten::log_softmax", "aten::embedding", "aten::max_pool2d", "aten::avg_pool2d", "aten::cat", "aten::stack",
    "aten::zeros", "aten::ones", "aten::zeros_like", "aten::ones_like", "aten::empty", "aten::empty_like", "aten::full", "aten::arange",
    "aten::clone", "aten::cross_entropy_loss", "prim::ListConstruct", "prim::DictConstruct",
};
// clang-format on

bool is_operator(const Node& node, const std::unordered_set<std::string>& names) { return names.count(node.kind().toQualString()) > 0; }

// The argument that the operator writes into and returns, as relu_ does; -1 when there is none.
int written_argument(const Node& node) {
    const auto* schema = node.maybeSchema();
    if (schema == nullptr) {
        return -1;
    }
    for (size_t index = 0; index < schema->arguments().size() && index < node.inputs().size(); ++index) {
        const auto* alias = schema->arguments()[index].alias_info();
        if (alias != nullptr && alias->isWrite()) {
            return static_cast<int>(index);
        }
    }
    return -1;
}

// True when the operator has a mode, and always runs in the same.
bool has_fixed_mode(const Node& node) {
    const auto* schema = node.maybeSchema();
    if (schema == nullptr) {
        return false;
    }
    for (size_t index = 0; index < schema->arguments().size() && index < node.inputs().size(); ++index) {
        const auto& name = schema->arguments()[index].name();
        if ((name == "train" || name == "training") && node.inputs()[index]->node()->kind() == torch::jit::prim::Constant) {
            return true;
        }
    }
    return false;
}

// True when the value certainly shares no memory with an argument of the method.
bool is_own(const Value& value) {
    const Node& node = *value.node();
    if (node.kind() == torch::jit::prim::GetAttr || node.kind() == torch::jit::prim::Constant) {
        return true;
    }
    if (node.kind() == torch::jit::prim::If) {
        for (const Block* block : node.blocks()) {
            if (!is_own(*block->outputs()[value.offset()])) {
                return false;
            }
        }
        return true;
    }
    const int written = written_argument(node);
    if (written >= 0) {
        return is_own(*node.inputs()[static_cast<size_t>(written)]);
    }
    return is_operator(node, fresh_operators);
}

class Reader {
public:
    GraphFacts read(const torch::jit::Graph& graph) {
        note_name(*graph.inputs()[0], "");
        read_block(*graph.block());
        return std::move(facts_);
    }

private:
    void read_block(const Block& block) {
        for (const Node* node : block.nodes()) {
            read_node(*node);
            for (const Block* inner : node->blocks()) {
                read_block(*inner);
            }
        }
    }

    void read_node(const Node& node) {
        if (node.kind() == torch::jit::prim::GetAttr) {
            const auto owner = names_.find(node.inputs()[0]);
            if (owner != names_.end()) {
                const auto& attribute = node.s(torch::jit::attr::name);
                note_name(*node.outputs()[0], owner->second.empty() ? attribute : owner->second + '.' + attribute);
            }
        }
        const bool is_call = node.kind() == torch::jit::prim::CallMethod || node.kind() == torch::jit::prim::CallFunction ||
                             node.hasAttribute(torch::jit::attr::Subgraph);
        facts_.has_fixed_mode |= has_fixed_mode(node);
        const int written = written_argument(node);
        if (is_call || (written >= 0 && !is_own(*node.inputs()[static_cast<size_t>(written)]))) {
            facts_.may_write_arguments = true;
        }
    }

    void note_name(const Value& value, const std::string& name) {
        names_[&value] = name;
        facts_.attributes.push_back(name);
        if (value.type()->is_module()) {
            for (const auto& use : value.uses()) {
                const auto kind = use.user->kind();
                const bool stays = kind == torch::jit::prim::GetAttr || (kind == torch::jit::prim::SetAttr && use.offset == 0);
                facts_.attributes_are_known &= stays;
            }
        }
    }

    GraphFacts facts_;
    std::unordered_map<const Value*, std::string> names_;
};

}  // namespace

GraphFacts facts_of(const torch::jit::Method& method) {
    const auto graph = method.graph()->copy();
    torch::jit::Inline(*graph);
    return Reader().read(*graph);
}

}  // namespace mirrored
