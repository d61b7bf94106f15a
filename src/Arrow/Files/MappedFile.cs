using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MirroredInfluence.Arrow;

/// <summary>
/// The bytes of a file. Metadata is copied out (<see cref="ReadMetadata"/>), so what was checked cannot change afterwards; bodies are
/// pointed at. Whoever follows a pointer holds the map by a <see cref="Hold()"/>, and the range by a <see cref="Hold(BufferRange)"/>, that it gives back.
/// </summary>
internal sealed unsafe partial class MappedFile : IDisposable
{
    private const int WillNeed = 3;
    private const int DontNeed = 4;
    private const int FaultAroundBytes = 2 << 20;      // a page fault maps what is cached around it: up to a whole folio since Linux 6.18

    private readonly SafeHandle _map;
    private readonly byte* _start;
    private readonly bool _hasPages;
    private readonly PieceMap? _pieces;
    private SafeFileHandle? _file;
    private MetadataWindows? _windows;

    private MappedFile(string name, long length, SafeHandle map, byte* start, SafeFileHandle? file)
    {
        Name = name;
        Length = length;
        _map = map;
        _start = start;
        _file = file;
        _hasPages = file is not null;
    }

    private MappedFile(IPiecedContent content, PieceMap pieces)
        : this(content.Name, content.Length, pieces, pieces.Start, file: null)
    {
        _pieces = pieces;
        _windows = content.Length > content.PieceBytes ? new MetadataWindows(content) : null;
        _hasPages = true;
        ReadAheadBytes = (long)PieceMap.PiecesAheadMax * content.PieceBytes;
    }

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    public long Length { get; }

    /// <summary>How far ahead of a scan to ask for what is not here.</summary>
    public long ReadAheadBytes { get; } = PageTrail.WindowBytes;

    public static MappedFile Open(IPiecedContent content) => content.Length == 0 ? throw Empty(content.Name) : new MappedFile(content, new PieceMap(content));

    public static MappedFile Open(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(file);
            if (length == 0)
                throw Empty(path);
            using var mapping = MemoryMappedFile.CreateFromFile(
                file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            var view = mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read).SafeMemoryMappedViewHandle;
            return new MappedFile(path, length, view, (byte*)view.DangerousGetHandle(), file);
        }
        catch (Exception failure)
        {
            file?.Dispose();
            throw failure switch
            {
                FileNotFoundException or DirectoryNotFoundException => Failure.Invalid($"{path}: no such file.", failure),
                UnauthorizedAccessException => Failure.Invalid($"{path}: not a file that may be read. Look at the permissions of the file and its folders.", failure),
                IOException => Failure.Unavailable($"{path}: could not be mapped: {failure.Message}", failure),
                _ => failure,
            };
        }
    }

    public static MappedFile Pin(ReadOnlyMemory<byte> bytes, string name)
    {
        if (bytes.IsEmpty)
            throw Failure.Data($"{name}: there are no bytes; expected Arrow IPC.");
        var pin = new PinnedMemory(bytes);
        return new MappedFile(name, bytes.Length, pin, (byte*)pin.DangerousGetHandle(), file: null);
    }

    /// <summary>Copies checked bytes out. Short when the file was truncated since it was mapped.</summary>
    public void ReadMetadata(long offset, Span<byte> destination)
    {
        if (_windows is not null)
        {
            _windows.Read(offset, destination);
            return;
        }

        if (_file is null)
        {
            var range = new BufferRange(offset, destination.Length);
            Hold(range);
            new ReadOnlySpan<byte>(_start + offset, destination.Length).CopyTo(destination);
            LetGo(range);
            return;
        }

        while (destination.Length > 0)
        {
            var readBytes = RandomAccess.Read(_file, destination, offset);
            if (readBytes == 0)
                throw Failure.Data($"{Name}: the file ends at byte {offset:N0}, and had {Length:N0} bytes a moment ago; it was truncated.");
            offset += readBytes;
            destination = destination[readBytes..];
        }
    }

    /// <summary>Metadata at an offset, which may lie anywhere, will be read soon.</summary>
    public void ExpectMetadata(long offset) => _windows?.Expect(offset);

    /// <summary>All metadata was read: the map needs no open file.</summary>
    public void CloseMetadata()
    {
        _file?.Dispose();
        _file = null;
        _windows = null;
    }

    /// <summary>Keeps the map alive until <see cref="LetGo()"/>.</summary>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    public void Hold()
    {
        var added = false;
        _map.DangerousAddRef(ref added);
    }

    public void LetGo() => _map.DangerousRelease();

    /// <summary>Brings a range here, if it is not, and keeps it until <see cref="LetGo(BufferRange)"/>.</summary>
    public void Hold(BufferRange range) => _pieces?.Hold(range);

    /// <summary>Asks for a range that is about to be held.</summary>
    public void Expect(BufferRange range) => _pieces?.Expect(range);

    public void LetGo(BufferRange range) => _pieces?.LetGo(range);

    /// <summary>The range lies in the file: its caller has checked it.</summary>
    public BufferView View(long offset, long length) => new(_start + offset, length);

    /// <summary>Asks for the bytes ahead of a scan.</summary>
    public void Prefetch(BufferView range)
    {
        _pieces?.Expect(new BufferRange(range.Pointer - _start, range.Length));
        Advise(range, WillNeed);
    }

    /// <summary>
    /// Gives back the pages behind a scan, and those around them that Linux mapped by the way. A page that another scan still reads is mapped
    /// again when it is touched.
    /// </summary>
    public void Release(BufferView range)
    {
        if (range.Length == 0)
            return;
        var start = Math.Max((nint)_start, (nint)range.Pointer - FaultAroundBytes);
        var end = Math.Min((nint)_start + (nint)Length, (nint)range.Pointer + (nint)range.Length + FaultAroundBytes);
        Advise(new BufferView((byte*)start, end - start), DontNeed);
    }

    public void Release(BufferRange range) => Release(View(range.Offset, range.Length));

    public void Dispose()
    {
        _map.Dispose();
        CloseMetadata();
    }

    private static MirroredException Empty(string name) => Failure.Data($"{name}: the file is empty; expected Arrow IPC.");

    private void Advise(BufferView range, int advice)
    {
        if (!_hasPages || range.Length == 0 || !OperatingSystem.IsLinux())
            return;
        var pageMask = Environment.SystemPageSize - 1L;
        var first = (nint)range.Pointer & ~(nint)pageMask;
        // A hint: what it returns changes nothing.
        _ = MemoryAdvise(first, (nuint)((nint)range.Pointer + (nint)range.Length - first), advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(nint start, nuint length, int advice);

    private sealed class PinnedMemory : SafeHandle
    {
        private MemoryHandle pin;

        public PinnedMemory(ReadOnlyMemory<byte> bytes)
            : base(0, ownsHandle: true)
        {
            pin = bytes.Pin();
            SetHandle((nint)pin.Pointer);
        }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            pin.Dispose();
            return true;
        }
    }
}
