using System.Buffers;
using System.Runtime.InteropServices;

namespace MirroredInfluence.Fuzz;

/// <summary>Memory whose last byte is followed by a page that may not be touched, as is the page before it: reading past either end faults.</summary>
internal sealed unsafe partial class GuardedMemory : MemoryManager<byte>
{
    private const int NoAccess = 0;
    private const int PrivateAnonymous = 0x22;
    private const int ReadWrite = 3;

    private readonly byte* _base;
    private readonly int _pageBytes = Environment.SystemPageSize;
    private readonly int _roomBytes;
    private int _length;

    public GuardedMemory(int bytesMax)
    {
        _roomBytes = (bytesMax + _pageBytes - 1) / _pageBytes * _pageBytes;
        _base = (byte*)MemoryMap(0, (nuint)(_roomBytes + (2 * _pageBytes)), NoAccess, PrivateAnonymous, -1, 0);
        if ((nint)_base == -1 || MemoryProtect((nint)(_base + _pageBytes), (nuint)_roomBytes, ReadWrite) != 0)
            throw new InvalidOperationException("No guarded memory.");
    }

    private byte* Start => _base + _pageBytes + _roomBytes - _length;

    /// <summary>Places bytes against the guard page behind them.</summary>
    public ReadOnlyMemory<byte> Place(ReadOnlySpan<byte> bytes)
    {
        _length = bytes.Length;
        bytes.CopyTo(GetSpan());
        return Memory;
    }

    public override Span<byte> GetSpan() => new(Start, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(Start + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing) => _ = MemoryUnmap((nint)_base, (nuint)(_roomBytes + (2 * _pageBytes)));

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint MemoryMap(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int MemoryProtect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MemoryUnmap(nint address, nuint length);
}
