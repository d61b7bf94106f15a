using System.IO.MemoryMappedFiles;

namespace MirroredInfluence.Torch;

/// <summary>A whole file, mapped for reading.</summary>
internal sealed unsafe class MappedBytes : IDisposable
{
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;

    /// <exception cref="IOException">It cannot be opened.</exception>
    public MappedBytes(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        ByteCount = file.Length;
        if (ByteCount == 0)
            return;
        _map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _map.CreateViewAccessor(0, ByteCount, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Start = start + _view.PointerOffset;
    }

    public byte* Start { get; }

    public long ByteCount { get; }

    /// <summary>As much as a span can hold.</summary>
    public ReadOnlySpan<byte> Head => new(Start, (int)Math.Min(ByteCount, int.MaxValue));

    public void Dispose()
    {
        if (_view is { SafeMemoryMappedViewHandle.IsClosed: false })
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _map?.Dispose();
    }
}
