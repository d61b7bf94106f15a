using System.CommandLine;
using System.Runtime.InteropServices;
using MirroredInfluence.Storage;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Cli;

/// <summary>Looks at this machine: what runs need, what makes them slow, what to install.</summary>
internal sealed class DoctorVerb() : Verb("doctor", "Check this machine: libtorch, BLAS and its speed, devices, compression libraries, memory, disk.")
{
    /// <summary>The reference BLAS reaches about 1, any optimised one more than 10 on one thread.</summary>
    private const double SlowGigaflops = 5;

    private bool _isReady = true;

    public override IReadOnlyList<Example> Examples => [new("doctor", "what is there, what is missing, and how to get it")];

    public override Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        CheckTorch(terminal.Output);
        CheckLibrary(terminal.Output, "LZ4", "liblz4.so.1", "liblz4-1");
        CheckLibrary(terminal.Output, "Zstandard", "libzstd.so.1", "libzstd1");
        Say(terminal.Output, "ok", $"processors: {Environment.ProcessorCount}; memory: {Quantity.Bytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)}");
        CheckDisk(terminal.Output, "here", Environment.CurrentDirectory);
        if (CacheFolder.Resolve(null) is { } cache)
            CheckDisk(terminal.Output, "for the cache", cache);

        terminal.Output.WriteLine(_isReady ? "\nReady to run." : "\nNot ready: install what is missing above.");
        return Task.FromResult(_isReady ? 0 : 4);
    }

    private void CheckTorch(TextWriter output)
    {
        RuntimeInfo torch;
        try
        {
            torch = TorchRuntime.Describe();
        }
        catch (MirroredException e) when (e.Kind == FailureKind.Unavailable)
        {
            _isReady = false;
            Say(output, "missing", e.Message);
            return;
        }

        Say(output, "ok", $"libtorch {torch.TorchVersion}, CPU kernels {torch.CpuCapability}");
        Say(output, "ok", $"devices: {string.Join(", ", torch.Devices)}");

        var gigaflops = TorchRuntime.MeasureGigaflops();
        var isSlow = torch.Blas == "reference" || gigaflops < SlowGigaflops;
        Say(output, isSlow ? "slow" : "ok", $"BLAS: {torch.Blas}, {gigaflops:F1} GFLOP/s on one thread {torch.BlasPath}".TrimEnd());
        if (isSlow)
            Say(output, "", "every forward pass waits for it, up to 30 times longer than with OpenBLAS: sudo apt-get install libopenblas0");
    }

    private void CheckLibrary(TextWriter output, string name, string file, string package)
    {
        if (NativeLibrary.TryLoad(file, out var library))
        {
            NativeLibrary.Free(library);
            Say(output, "ok", $"{name}: {file}");
            return;
        }

        _isReady = false;
        Say(output, "missing", $"{name}: {file}, so Arrow files compressed with it cannot be read: sudo apt-get install {package}");
    }

    private static void CheckDisk(TextWriter output, string what, string folder)
    {
        while (!Directory.Exists(folder))
            folder = Path.GetDirectoryName(folder)!;
        var free = new DriveInfo(folder).AvailableFreeSpace;
        Say(output, free < 1 << 30 ? "low" : "ok", $"disk {what} ({folder}): {Quantity.Bytes(free)} free");
    }

    private static void Say(TextWriter output, string verdict, string text) => output.WriteLine($"{verdict,-8}{text}");
}
