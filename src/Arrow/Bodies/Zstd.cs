using System.Runtime.InteropServices;

namespace MirroredInfluence.Arrow;

/// <summary>libzstd.</summary>
internal static unsafe partial class Zstd
{
    /// <summary>ZSTD_c_checksumFlag.</summary>
    public const int ChecksumFlag = 201;

    /// <summary>Of a frame, which <see cref="CompressBound"/> leaves out.</summary>
    public const int ChecksumBytes = 4;

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

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    public static partial nint CreateCompressionContext();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint FreeCompressionContext(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_setParameter")]
    public static partial nuint SetParameter(nint context, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_compress2")]
    public static partial nuint Compress(nint context, byte* destination, nuint destinationBytes, byte* source, nuint sourceBytes);
}
