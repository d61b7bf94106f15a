#include "runtime.h"

#include <dlfcn.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <mutex>
#include <vector>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/version.h>

#include "failure.h"
#include "json.h"

namespace mirrored {
namespace {

// libtorch's own library: symbols of the BLAS that it is linked with are found from there.
void* torch_library() {
    static void* const handle = [] {
        Dl_info info{};
        dladdr(reinterpret_cast<const void*>(&at::get_num_threads), &info);
        return dlopen(info.dli_fname, RTLD_NOLOAD | RTLD_LAZY);
    }();
    return handle;
}

template <class Signature>
Signature* torch_symbol(const char* name) {
    return torch_library() == nullptr ? nullptr : reinterpret_cast<Signature*>(dlsym(torch_library(), name));
}

struct Blas {
    std::string name;
    std::string config;
    std::string path;
};

Blas find_blas() {
    Blas blas{"unknown", "", ""};
    void* const sgemm = torch_symbol<void()>("sgemm_") == nullptr ? nullptr : dlsym(torch_library(), "sgemm_");
    Dl_info info{};
    if (sgemm != nullptr && dladdr(sgemm, &info) != 0 && info.dli_fname != nullptr) {
        blas.path = info.dli_fname;
    }
    if (at::hasMKL()) {
        blas.name = "MKL";
    } else if (auto* const config = torch_symbol<char*()>("openblas_get_config")) {
        blas.name = "OpenBLAS";
        blas.config = config();
    } else if (torch_symbol<void()>("bli_info_get_version_str") != nullptr) {
        blas.name = "BLIS";
    } else if (!blas.path.empty()) {
        blas.name = "reference";
    }
    return blas;
}

// Instruction set of libtorch's own kernels, out of its description of itself.
std::string cpu_capability() {
    static const std::string mark = "CPU capability usage: ";
    const auto config = at::show_config();
    const auto start = config.find(mark);
    if (start == std::string::npos) {
        return "unknown";
    }
    return config.substr(start + mark.size(), config.find('\n', start) - start - mark.size());
}

// Measured: above 32 rows a mini-batch's tensors are big enough for malloc to map and unmap them each time, and 30 to 50 % of the
// time goes to page faults. Memory once taken is kept; arenas of other threads would keep theirs as well, so there is one.
void keep_memory() {
#if defined(__GLIBC__)
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
    mallopt(M_ARENA_MAX, 1);
#endif
}

}  // namespace

void configure_runtime() {
    static std::once_flag once;
    std::call_once(once, [] {
        keep_memory();
        // The profiling executor rewrites a graph after its first runs; a row's loss must not depend on how often a lane has run.
        torch::jit::getProfilingMode() = false;
        at::globalContext().setAllowTF32CuBLAS(false);
        at::globalContext().setAllowTF32CuDNN(false);
        at::globalContext().setDeterministicCuDNN(true);
        at::globalContext().setBenchmarkCuDNN(false);
    });
}

void use_threads(int threads) {
    thread_local int current = 0;
    if (current != threads) {
        at::set_num_threads(threads);
        current = threads;
    }
    // OpenBLAS has one number for the whole process, so another lane may have set another.
    static auto* const blas_threads = torch_symbol<int()>("openblas_get_num_threads");
    static auto* const set_blas_threads = torch_symbol<void(int)>("openblas_set_num_threads");
    if (blas_threads != nullptr && set_blas_threads != nullptr && blas_threads() != threads) {
        set_blas_threads(threads);
    }
}

at::Device parse_device(const std::string& text) {
    if (text == "cpu") {
        return at::Device(at::kCPU);
    }
    int64_t index = 0;
    const bool is_indexed =
        text.rfind("cuda:", 0) == 0 && text.size() > 5 && text.size() < 9 && text.find_first_not_of("0123456789", 5) == std::string::npos;
    if (is_indexed) {
        index = std::stoi(text.substr(5));
    } else if (text != "cuda") {
        throw invalid("device '" + text + "': expected cpu, cuda or cuda:N");
    }
    const auto device_count = static_cast<int64_t>(at::getNumGPUs());
    if (!at::hasCUDA() || index >= device_count) {
        throw invalid("device '" + text + "': " +
                      (at::hasCUDA() ? "this machine has " + std::to_string(device_count) + " CUDA devices"
                                     : "this libtorch " TORCH_VERSION
                                       " is built without CUDA; use cpu, or build against a libtorch with it"));
    }
    return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
}

std::string describe_runtime() {
    const auto blas = find_blas();
    std::vector<std::string> devices = {"cpu"};
    for (size_t index = 0; index < at::getNumGPUs(); ++index) {
        devices.push_back("cuda:" + std::to_string(index));
    }
    return "{\"torch\":" + json_text(TORCH_VERSION) + ",\"blas\":" + json_text(blas.name) + ",\"blasConfig\":" + json_text(blas.config) +
           ",\"blasPath\":" + json_text(blas.path) + ",\"cpuCapability\":" + json_text(cpu_capability()) +
           ",\"devices\":" + json_list(devices) + '}';
}

double measure_gigaflops() {
    constexpr int64_t size = 1024;
    constexpr double operations = 2.0 * size * size * size;
    c10::InferenceMode inference;
    use_threads(1);
    const auto left = at::full({size, size}, 0.5);
    const auto right = at::full({size, size}, 0.25);
    double best_seconds = std::numeric_limits<double>::infinity();
    for (int repetition = 0; repetition < 5; ++repetition) {
        const auto start = std::chrono::steady_clock::now();
        at::mm(left, right);
        best_seconds = std::min(best_seconds, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return operations / best_seconds * 1e-9;
}

}  // namespace mirrored
