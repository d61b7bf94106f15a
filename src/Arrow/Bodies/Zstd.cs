using System.Runtime.InteropServices;

namespace MirroredInfluence.Arrow;

/// <summary>libzstd's simple interface.</summary>
internal static unsafe partial class Zstd
{
    private const string Library = "libzstd.so.1";

    public static MirroredException Missing(DllNotFoundException failure) => Failure.Unavailable(
        $"The data are Zstd-compressed and {Library} was not found; install it (Debian: libzstd1).", failure);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    public static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint CreateDecompressionContext();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecompressionContext(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    public static partial nuint Decompress(nint context, byte* destination, nuint destinationBytes, byte* source, nuint sourceBytes);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressBound")]
    public static partial nuint CompressBound(nuint sourceBytes);

    [LibraryImport(Library, EntryPoint = "ZSTD_compress")]
    public static partial nuint Compress(byte* destination, nuint destinationBytes, byte* source, nuint sourceBytes, int level);
}
