using System.Collections.Immutable;

namespace MirroredInfluence.Torch;

/// <summary>What computes on this machine.</summary>
/// <param name="TorchVersion">libtorch's, e.g. <c>1.13.1</c>.</param>
/// <param name="Blas">Name of the BLAS that runs: <c>OpenBLAS</c>, <c>MKL</c>, <c>BLIS</c>, <c>reference</c>, <c>unknown</c>.</param>
/// <param name="BlasConfig">What the library says of itself, or empty.</param>
/// <param name="BlasPath">File that defines <c>sgemm_</c>, or empty.</param>
/// <param name="CpuCapability">Instruction set of libtorch's own kernels.</param>
/// <param name="Devices"><c>cpu</c>, and each GPU: <c>cuda:0</c>, …</param>
public sealed record RuntimeInfo(
    string TorchVersion,
    string Blas,
    string BlasConfig,
    string BlasPath,
    string CpuCapability,
    ImmutableArray<string> Devices);
