namespace MirroredInfluence.Torch;

/// <summary>libtorch as it is loaded into this process.</summary>
public static class TorchRuntime
{
    /// <exception cref="MirroredException">Unavailable: the native library or libtorch is not there.</exception>
    public static RuntimeInfo Describe() => throw new NotImplementedException();

    /// <summary>Best of five float32 products of 1024×1024 matrices on one thread: 2·1024³ operations each.</summary>
    public static double MeasureGigaflops() => throw new NotImplementedException();
}
