using System.Collections.Immutable;

namespace MirroredInfluence;

/// <summary>The training files in order, cut into shards that cover every row exactly once.</summary>
public sealed record RunPlan
{
    private readonly ImmutableArray<long> _rowOffsets;   // shape [file + 1]: training rows before a file; the last is the number of all

    private RunPlan(ImmutableArray<DataFile> files, ImmutableArray<long> rowOffsets, ImmutableArray<Shard> shards)
    {
        Files = files;
        Shards = shards;
        _rowOffsets = rowOffsets;
    }

    public ImmutableArray<DataFile> Files { get; }

    /// <summary>In order of their rows; <see cref="Shard.ShardIndex"/> is the place here.</summary>
    public ImmutableArray<Shard> Shards { get; }

    public long RowCount => _rowOffsets[^1];

    /// <summary>Cuts files into shards of at most <paramref name="shardRows"/> rows, rounded up to whole mini-batches. Files without rows get no shard.</summary>
    public static RunPlan Cut(ImmutableArray<DataFile> files, int shardRows, int miniBatchRows)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shardRows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(miniBatchRows);
        var miniBatchCount = 1 + ((shardRows - 1) / miniBatchRows);
        var rowCountMax = (int)Math.Min((long)miniBatchCount * miniBatchRows, int.MaxValue / miniBatchRows * miniBatchRows);
        return Of(files, file => Starts(files[file].RowCount, rowCountMax));
    }

    /// <summary>Rebuilds a plan from the shards' first rows, file by file.</summary>
    /// <param name="files">In order.</param>
    /// <param name="rowStarts">First rows of a file's shards, ascending from 0; empty for a file without rows.</param>
    public static RunPlan Of(ImmutableArray<DataFile> files, Func<int, IEnumerable<long>> rowStarts)
    {
        var offsets = ImmutableArray.CreateBuilder<long>(files.Length + 1);
        var shards = ImmutableArray.CreateBuilder<Shard>();
        offsets.Add(0);
        for (var fileIndex = 0; fileIndex < files.Length; fileIndex++)
        {
            var file = files[fileIndex];
            long[] bounds = [.. rowStarts(fileIndex), file.RowCount];
            if (bounds[0] != 0)
                throw Failure.Data($"{file.Uri}: the plan's first shard starts at row {bounds[0]}; expected row 0.");
            for (var i = 0; i + 1 < bounds.Length; i++)
            {
                if (bounds[i + 1] <= bounds[i] || bounds[i + 1] - bounds[i] > int.MaxValue)
                    throw Failure.Data($"{file.Uri}: the plan's shard of rows {bounds[i]} to {bounds[i + 1]} is empty or too long.");
                shards.Add(new Shard
                {
                    ShardIndex = shards.Count,
                    FileIndex = fileIndex,
                    Uri = file.Uri,
                    FileDigest = file.Digest,
                    FileRowOffset = offsets[fileIndex],
                    FileRowCount = file.RowCount,
                    RowStart = bounds[i],
                    RowCount = (int)(bounds[i + 1] - bounds[i]),
                });
            }

            offsets.Add(checked(offsets[fileIndex] + file.RowCount));
        }

        return new RunPlan(files, offsets.MoveToImmutable(), shards.ToImmutable());
    }

    /// <summary>The file of a training row, and its row there.</summary>
    public (int FileIndex, long Row) Locate(long trainRow)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trainRow);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(trainRow, RowCount);
        var low = 0;
        var high = Files.Length - 1;
        while (low < high)   // the last file that starts at or before the row
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _rowOffsets[middle] <= trainRow ? (middle, high) : (low, middle - 1);
        }

        return (low, trainRow - _rowOffsets[low]);
    }

    /// <summary>The training row of a file's row: the inverse of <see cref="Locate"/>.</summary>
    public long RowIndex(int fileIndex, long row) => checked(_rowOffsets[fileIndex] + row);

    /// <summary>The training row of a test row that was taken from the training files.</summary>
    public long RowIndex(in TestRow row) => RowIndex(row.FileIndex, row.Row);

    private static IEnumerable<long> Starts(long rowCount, int shardRows)
    {
        for (var start = 0L; start < rowCount; start += shardRows)
            yield return start;
    }
}
