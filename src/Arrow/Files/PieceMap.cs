using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MirroredInfluence.Arrow;

/// <summary>
/// Addresses for the whole of a file that is elsewhere, of which the pieces in use are mapped. A range may be followed while it is held; pieces that
/// nobody holds stay for a while, since neighbouring record batches share them, and are then unmapped.
/// Invariant: a mapped piece is held (its count is above 0) or is in <c>_idle</c>.
/// </summary>
internal sealed unsafe partial class PieceMap : SafeHandle
{
    /// <summary>Pieces asked for ahead of a scan and not yet mapped, and pieces mapped behind it.</summary>
    public const int PiecesAheadMax = 16;
    private const int IdlePiecesMax = 16;
    private const int ProtectNone = 0, ProtectRead = 1;
    private const int Shared = 1, Private = 2, Fixed = 0x10, Anonymous = 0x20, NoReserve = 0x4000;   // on Linux

    private readonly IPiecedContent _content;
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Task<SafeFileHandle>> _arriving = [];
    private readonly Dictionary<int, int> _holderCounts = [];   // of mapped pieces
    private readonly List<int> _idle = [];                      // longest first

    public PieceMap(IPiecedContent content)
        : base(-1, ownsHandle: true)
    {
        _content = content;
        SetHandle(Map(0, content.Length, ProtectNone, Private | Anonymous | NoReserve, -1));
    }

    public override bool IsInvalid => handle == -1;

    public byte* Start => (byte*)handle;

    /// <summary>Brings the pieces of a range here and keeps them until <see cref="LetGo"/>.</summary>
    public void Hold(BufferRange range)
    {
        var (first, end) = PiecesOf(range);
        for (var piece = first; piece < end; piece++)
            Expect(piece, int.MaxValue);
        for (var piece = first; piece < end; piece++)
        {
            try
            {
                Hold(piece);
            }
            catch
            {
                GiveBack(first, piece);
                throw;
            }
        }
    }

    public void LetGo(BufferRange range)
    {
        var (first, end) = PiecesOf(range);
        GiveBack(first, end);
    }

    /// <summary>Asks for the pieces of a range that are not here, as far as not too many are on their way.</summary>
    public void Expect(BufferRange range)
    {
        var (first, end) = PiecesOf(range);
        for (var piece = first; piece < end; piece++)
            Expect(piece, PiecesAheadMax);
    }

    protected override bool ReleaseHandle()
    {
        foreach (var arriving in _arriving.Values)
            arriving.ContinueWith(arrived => arrived.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        return MemoryUnmap(handle, (nuint)_content.Length) == 0;
    }

    private (int First, int End) PiecesOf(BufferRange range) => range.Length == 0
        ? (0, 0)
        : ((int)(range.Offset / _content.PieceBytes), (int)((range.Offset + range.Length - 1) / _content.PieceBytes) + 1);

    private void Expect(int piece, int arrivingMax)
    {
        lock (_lock)
        {
            if (!_holderCounts.ContainsKey(piece) && !_arriving.ContainsKey(piece) && _arriving.Count < arrivingMax)
                _arriving.Add(piece, _content.OpenPieceAsync(piece));
        }
    }

    private void Hold(int piece)
    {
        while (true)
        {
            Task<SafeFileHandle>? arriving;
            lock (_lock)
            {
                if (_holderCounts.TryGetValue(piece, out var count))
                {
                    _holderCounts[piece] = count + 1;
                    _idle.Remove(piece);
                    return;
                }

                if (!_arriving.TryGetValue(piece, out arriving))
                    _arriving.Add(piece, arriving = _content.OpenPieceAsync(piece));
            }

            Task.WhenAny(arriving).Wait();   // whatever it ends with is looked at under the lock
            lock (_lock)
            {
                if (!_arriving.TryGetValue(piece, out var latest) || latest != arriving)
                    continue;   // another thread was faster

                _arriving.Remove(piece);
                using var file = arriving.GetAwaiter().GetResult();
                Map(OffsetOf(piece), BytesOf(piece), ProtectRead, Shared | Fixed, (int)file.DangerousGetHandle());
                _holderCounts.Add(piece, 1);
                return;
            }
        }
    }

    private void GiveBack(int first, int end)
    {
        lock (_lock)
        {
            for (var piece = first; piece < end; piece++)
            {
                if (--_holderCounts[piece] == 0)
                    _idle.Add(piece);
            }

            while (_idle.Count > IdlePiecesMax)
            {
                Map(OffsetOf(_idle[0]), BytesOf(_idle[0]), ProtectNone, Private | Fixed | Anonymous | NoReserve, -1);
                _holderCounts.Remove(_idle[0]);
                _idle.RemoveAt(0);
            }
        }
    }

    private long OffsetOf(int piece) => (long)piece * _content.PieceBytes;

    private long BytesOf(int piece) => Math.Min(_content.PieceBytes, _content.Length - OffsetOf(piece));

    private nint Map(long offset, long length, int protection, int flags, int file)
    {
        var mapped = MemoryMap((flags & Fixed) == 0 ? 0 : handle + (nint)offset, (nuint)length, protection, flags, file, 0);
        return mapped != -1 ? mapped : throw Failure.Unavailable(
            $"{_content.Name}: {length:N0} bytes from byte {offset:N0} could not be mapped: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint MemoryMap(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int MemoryUnmap(nint address, nuint length);
}
