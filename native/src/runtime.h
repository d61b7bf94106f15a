#pragma once

#include <string>

#include <ATen/ATen.h>

namespace mirrored {

// Settings of the process, made once before libtorch does anything: allocator, graph executor, CUDA arithmetic.
void configure_runtime();

// Threads of the kernels that the calling thread starts. Callers that run at the same time ask for the same number: a BLAS may have but
// one.
void use_threads(int threads);

at::Device parse_device(const std::string& text);

std::string describe_runtime();

double measure_gigaflops();

}  // namespace mirrored
