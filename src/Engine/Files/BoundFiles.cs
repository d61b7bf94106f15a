using System.Collections.Immutable;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>
/// Opens the files of a plan on demand and shares an open file between those who use it at the same time, so that the number of open files
/// does not grow with the plan. The last file that nobody uses stays open: the next shard is mostly of the same file.
/// Invariant: a file in <c>_open</c> is in use, or is <c>_idle</c>.
/// </summary>
/// <param name="digestOf">Gives the digest of an open file, to compare with the expected one; null takes files as they are.</param>
internal sealed class BoundFiles(
    DataFiles data, ImmutableArray<DataFile> files, ArgumentLayout layout, string? id, string? group, Func<BoundFile, string>? digestOf = null) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, OpenFile> _open = [];
    private int? _idle;

    /// <summary>The file, open until <see cref="Return"/>. Others are lent meanwhile: opening a remote file takes a while.</summary>
    public BoundFile Borrow(int fileIndex)
    {
        OpenFile? open;
        lock (_lock)
        {
            if (_idle == fileIndex)
                _idle = null;
            if (!_open.TryGetValue(fileIndex, out open))
                _open.Add(fileIndex, open = new OpenFile(() => Open(fileIndex)));
            open.UserCount++;
        }

        try
        {
            return open.File.Value;
        }
        catch
        {
            lock (_lock)
            {
                if (--open.UserCount == 0)
                    _open.Remove(fileIndex);
            }

            throw;
        }
    }

    public void Return(int fileIndex)
    {
        lock (_lock)
        {
            if (--_open[fileIndex].UserCount > 0)
                return;

            CloseIdle();
            _idle = fileIndex;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            CloseIdle();
            if (_open.Count > 0)
                throw Failure.Internal($"{_open.Count} files are still in use.");
        }
    }

    private BoundFile Open(int fileIndex)
    {
        var expected = files[fileIndex];
        var file = BoundFile.Open(data, expected.Uri, layout, id, group);
        try
        {
            if (file.File.RowCount != expected.RowCount)
            {
                throw Failure.Data(
                    $"{expected.Uri}: holds {file.File.RowCount:N0} rows; expected {expected.RowCount:N0} as when the run was planned. "
                    + "Files must not change during a run.");
            }

            if (digestOf is not null && digestOf(file) is var digest && digest != expected.Digest)
            {
                throw Failure.Data(
                    $"{expected.Uri}: its rows have the digest {digest}; expected {expected.Digest} as when the run was planned. "
                    + "Every worker must see the same files.");
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void CloseIdle()
    {
        if (_idle is not { } fileIndex)
            return;

        _open.Remove(fileIndex, out var idle);
        idle!.File.Value.Dispose();
        _idle = null;
    }

    private sealed class OpenFile(Func<BoundFile> open)
    {
        public Lazy<BoundFile> File { get; } = new(open);

        public int UserCount { get; set; }
    }
}
