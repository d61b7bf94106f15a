using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MirroredInfluence.Torch;

/// <summary>A whole file copied into native memory: what was hashed is what is read, and it may be over 2 GiB.</summary>
internal sealed unsafe class FileBytes : IDisposable
{
    private const int PieceBytes = 1 << 20;

    /// <exception cref="IOException">It cannot be read, or is shorter than it said.</exception>
    public FileBytes(string path)
    {
        using var file = File.OpenHandle(path);
        ByteCount = RandomAccess.GetLength(file);
        Start = (byte*)NativeMemory.Alloc((nuint)ByteCount);
        try
        {
            for (long position = 0; position < ByteCount;)
            {
                var read = RandomAccess.Read(file, Piece(position), position);
                position += read > 0 ? read : throw new EndOfStreamException($"it ends at byte {position} of {ByteCount}");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public byte* Start { get; }

    public long ByteCount { get; }

    /// <summary>Lower-case hex.</summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long position = 0; position < ByteCount; position += PieceBytes)
            hash.AppendData(Piece(position));
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    public void Dispose() => NativeMemory.Free(Start);

    private Span<byte> Piece(long position) => new(Start + position, (int)Math.Min(PieceBytes, ByteCount - position));
}
