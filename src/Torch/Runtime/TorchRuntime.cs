using System.Text.Json;
using MirroredInfluence.Torch.Native;

namespace MirroredInfluence.Torch;

/// <summary>libtorch as it is loaded into this process.</summary>
public static unsafe class TorchRuntime
{
    private const int DescriptionBytes = 64 * 1024;

    /// <exception cref="MirroredException">Unavailable: the native library or libtorch is not there.</exception>
    public static RuntimeInfo Describe()
    {
        var bytes = new byte[DescriptionBytes];
        var errorBytes = stackalloc byte[NativeText.ErrorBytes];
        var error = NativeText.Over(errorBytes, NativeText.ErrorBytes);
        fixed (byte* data = bytes)
        {
            var json = NativeText.Over(data, DescriptionBytes);
            var status = NativeMethods.RuntimeDescribe(&json, &error);
            if (status != NativeStatus.Ok)
                throw error.ToException(status, "libtorch");
            return Read(json.ToString());
        }
    }

    /// <summary>Best of five float32 products of 1024×1024 matrices on one thread: 2·1024³ operations each.</summary>
    public static double MeasureGigaflops()
    {
        var errorBytes = stackalloc byte[NativeText.ErrorBytes];
        var error = NativeText.Over(errorBytes, NativeText.ErrorBytes);
        var status = NativeMethods.RuntimeMeasure(out var gigaflops, &error);
        return status == NativeStatus.Ok ? gigaflops : throw error.ToException(status, "libtorch");
    }

    private static RuntimeInfo Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new RuntimeInfo(
            root.GetProperty("torch").GetString()!,
            root.GetProperty("blas").GetString()!,
            root.GetProperty("blasConfig").GetString()!,
            root.GetProperty("blasPath").GetString()!,
            root.GetProperty("cpuCapability").GetString()!,
            [.. root.GetProperty("devices").EnumerateArray().Select(device => device.GetString()!)]);
    }
}
