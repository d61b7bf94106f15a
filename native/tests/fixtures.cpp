#include "fixtures.h"

#include <sstream>

#include <torch/csrc/jit/api/module.h>

#include "runtime.h"

namespace mirrored::tests {
namespace {

// Values without a pattern that a wrong order could hide behind.
at::Tensor weight(at::IntArrayRef shape, double phase) {
    int64_t count = 1;
    for (const auto size : shape) {
        count *= size;
    }
    return at::sin(at::arange(count, at::kFloat) * 1.7 + phase).reshape(shape);
}

std::vector<std::pair<std::string, at::Tensor>> mlp_parameters() {
    return {{"w1", weight({5, 4}, 0)}, {"b1", weight({5}, 4) - 1}, {"w2", weight({3, 5}, 2)}, {"b2", weight({3}, 3)}};
}

std::string batch_norm_source(const std::string& training) {
    return "def forward(self, x):\n"
           "    h = torch.batch_norm(x, self.g, None, self.mean, self.var, " +
           training +
           ", 0.1, 1e-5, False)\n"
           "    return (torch.matmul(h, self.w) ** 2).sum(1)\n";
}

std::string batch_norm_model(const std::string& training) {
    return archive(batch_norm_source(training), {{"g", weight({4}, 0)}, {"w", weight({4, 2}, 1)}},
                   {{"mean", weight({4}, 2)}, {"var", weight({4}, 3).abs() + 0.5}});
}

}  // namespace

std::string archive(const std::string& source, const std::vector<std::pair<std::string, at::Tensor>>& parameters,
                    const std::vector<std::pair<std::string, at::Tensor>>& buffers) {
    configure_runtime();
    torch::jit::Module module("Fixture");
    for (const auto& [name, tensor] : parameters) {
        module.register_parameter(name, tensor, false);
    }
    for (const auto& [name, tensor] : buffers) {
        module.register_buffer(name, tensor);
    }
    module.register_attribute("training", c10::BoolType::get(), true);
    module.define(source);
    std::ostringstream stream;
    module.save(stream);
    return stream.str();
}

std::string mlp_archive() {
    return archive(
        "def forward(self, x, y):\n"
        "    h = torch.relu_(torch.linear(x, self.w1, self.b1))\n"
        "    return torch.cross_entropy_loss(torch.linear(h, self.w2, self.b2), y, None, 0)\n",
        mlp_parameters());
}

std::string split_archive() {
    return archive(
        "def prefix(self, x):\n"
        "    return (torch.relu(torch.linear(x, self.w1, self.b1)),)\n"
        "def suffix(self, h, y):\n"
        "    return torch.cross_entropy_loss(torch.linear(h, self.w2, self.b2), y, None, 0)\n"
        "def forward(self, x, y):\n"
        "    return self.suffix(self.prefix(x)[0], y)\n",
        mlp_parameters());
}

std::string broken_split_archive() {
    return archive(
        "def prefix(self, x):\n"
        "    return torch.linear(x, self.w1, self.b1)\n"
        "def suffix(self, h, y):\n"
        "    return torch.cross_entropy_loss(torch.linear(h, self.w2, self.b2), y, None, 0)\n"
        "def forward(self, x, y):\n"
        "    return self.suffix(torch.relu(self.prefix(x)), y)\n",
        mlp_parameters());
}

std::string batch_norm_archive() { return batch_norm_model("self.training"); }

std::string baked_archive() { return batch_norm_model("False"); }

std::string tied_archive() {
    const auto shared = weight({4, 4}, 0);
    return archive(
        "def forward(self, x):\n"
        "    return torch.linear(torch.linear(x, self.first), self.second).pow(2).sum(1)\n",
        {{"first", shared}, {"second", shared}});
}

std::string writing_archive() {
    return archive(
        "def forward(self, x):\n"
        "    return torch.matmul(x.mul_(2), self.w).sum(1)\n",
        {{"w", weight({4, 2}, 0)}});
}

std::string counting_archive() {
    return archive(
        "def forward(self, x):\n"
        "    self.calls.add_(1)\n"
        "    return torch.matmul(x, self.w).sum(1) + self.calls\n",
        {{"w", weight({4, 2}, 0)}}, {{"calls", at::zeros({1})}});
}

Model load(const std::string& archive) {
    return Model(reinterpret_cast<const uint8_t*>(archive.data()), static_cast<int64_t>(archive.size()), "cpu");
}

XAndY::XAndY()
    : arguments{{x_shape, 1, MIRRORED_COLUMN, MIRRORED_FLOAT32, MIRRORED_FLOAT32, 1, 0, 0},
                {nullptr, 0, MIRRORED_COLUMN, MIRRORED_INT64, MIRRORED_INT64, 1, 0, 0}} {}

Rows::Rows(int64_t row_count) : row_count(row_count) {
    const auto values = weight({row_count, 4}, 0.5);
    x.assign(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
    for (int64_t row = 0; row < row_count; ++row) {
        y.push_back(row % 3);
    }
    for (int64_t row = 0; row < row_count; ++row) {
        pointers.push_back(&x[static_cast<size_t>(row) * 4]);
    }
    for (int64_t row = 0; row < row_count; ++row) {
        pointers.push_back(&y[static_cast<size_t>(row)]);
    }
}

}  // namespace mirrored::tests
