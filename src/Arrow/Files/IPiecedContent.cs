using Microsoft.Win32.SafeHandles;

namespace MirroredInfluence.Arrow;

/// <summary>
/// The bytes of a file that is elsewhere and does not change: small reads for its metadata, and pieces for its bodies, each as a local file that can be
/// mapped. Safe for concurrent use.
/// </summary>
public interface IPiecedContent
{
    /// <summary>What messages call it.</summary>
    string Name { get; }

    long Length { get; }

    /// <summary>Of every piece but the last, which may be shorter: a multiple of the page size.</summary>
    int PieceBytes { get; }

    /// <summary>Fills a buffer with bytes from an offset on; the range lies within the length.</summary>
    Task ReadAsync(long offset, Memory<byte> destination);

    /// <summary>A file that begins with the piece, for the caller to close: its mapping outlives it.</summary>
    Task<SafeFileHandle> OpenPieceAsync(int piece);
}
