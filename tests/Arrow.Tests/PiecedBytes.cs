using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace MirroredInfluence.Arrow.Tests;

/// <summary>Bytes that come in small pieces, late and in any order.</summary>
internal sealed class PiecedBytes(byte[] bytes, TemporaryFolder folder) : IPiecedContent
{
    private readonly ConcurrentQueue<int> _opened = new();
    private int _fileCount;

    public string Name => "far.arrow";

    public long Length => bytes.Length;

    public int PieceBytes { get; init; } = 4096;

    /// <summary>What a piece fails with, or null.</summary>
    public Func<int, Exception?> FailureOf { get; set; } = _ => null;

    public IReadOnlyList<int> OpenedPieces => [.. _opened];

    public long ReadBytes { get; private set; }

    public async Task ReadAsync(long offset, Memory<byte> destination)
    {
        await Task.Yield();
        ReadBytes += destination.Length;
        bytes.AsMemory((int)offset, destination.Length).CopyTo(destination);
    }

    public async Task<SafeFileHandle> OpenPieceAsync(int piece)
    {
        _opened.Enqueue(piece);
        await Task.Delay(piece * 7 % 3);
        if (FailureOf(piece) is { } failure)
            throw failure;
        var path = folder.Write($"piece-{Interlocked.Increment(ref _fileCount)}", bytes.AsSpan(piece * PieceBytes, Math.Min(PieceBytes, bytes.Length - (piece * PieceBytes))));
        var file = File.OpenHandle(path);
        File.Delete(path);
        return file;
    }
}
