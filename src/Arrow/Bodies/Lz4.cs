using System.Runtime.InteropServices;

namespace MirroredInfluence.Arrow;

/// <summary>liblz4's frame format.</summary>
internal static unsafe partial class Lz4
{
    /// <summary>Sent to the library so that it can refuse a caller built for another interface.</summary>
    public const uint Version = 100;

    private const string Library = "liblz4.so.1";

    public static MirroredException Missing(DllNotFoundException failure) => Failure.Unavailable(
        $"The data are LZ4-compressed and {Library} was not found; install it (Debian: liblz4-1).", failure);

    [LibraryImport(Library, EntryPoint = "LZ4F_isError")]
    public static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "LZ4F_createDecompressionContext")]
    public static partial nuint CreateDecompressionContext(out nint context, uint version);

    [LibraryImport(Library, EntryPoint = "LZ4F_freeDecompressionContext")]
    public static partial nuint FreeDecompressionContext(nint context);

    [LibraryImport(Library, EntryPoint = "LZ4F_resetDecompressionContext")]
    public static partial void ResetDecompressionContext(nint context);

    [LibraryImport(Library, EntryPoint = "LZ4F_decompress")]
    public static partial nuint Decompress(
        nint context, byte* destination, ref nuint destinationBytes, byte* source, ref nuint sourceBytes, nint options);

    [LibraryImport(Library, EntryPoint = "LZ4F_compressFrameBound")]
    public static partial nuint CompressFrameBound(nuint sourceBytes, in Lz4Preferences preferences);

    [LibraryImport(Library, EntryPoint = "LZ4F_compressFrame")]
    public static partial nuint CompressFrame(byte* destination, nuint destinationBytes, byte* source, nuint sourceBytes, in Lz4Preferences preferences);
}
