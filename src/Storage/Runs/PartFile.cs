using System.Runtime.InteropServices;
using MirroredInfluence.Arrow;

namespace MirroredInfluence.Storage;

/// <summary>parts/&lt;shard&gt;.arrow: a shard's answer. docs/formats/run-directory.md lists its columns. The same part is the same bytes.</summary>
internal static class PartFile
{
    public static void Write(Stream stream, ShardPart part, Shard shard, string run)
    {
        if (part.Reductions.Any(reduction => reduction.Moments.Count < part.ScoredRowCount || reduction.Moments.Count > part.RowCount))
            throw Failure.Internal($"shard {part.ShardIndex}: a query ranks fewer than the {part.ScoredRowCount} rows that were scored, or more than {part.RowCount}.");

        var entries = ToEntries(part.Reductions);
        string[] groups = [.. part.Reductions.SelectMany(reduction => reduction.Groups.Sorted.Select(group => group.Key)).Distinct().Order(StringComparer.Ordinal)];
        var groupSums = part.Reductions.Select(reduction => reduction.Groups.Sorted.ToDictionary())
            .SelectMany(sums => groups.Select(group => sums.GetValueOrDefault(group) ?? new GroupSum())).ToArray();   // shape [query, group]
        var table = new PartTable
        {
            Queries = [.. part.Queries],
            RowCounts = [.. part.Reductions.Select(reduction => reduction.Moments.Count)],
            Sums = Pack(part.Reductions.Select(reduction => reduction.Moments.Sum)),
            SumsOfSquares = Pack(part.Reductions.Select(reduction => reduction.Moments.SumOfSquares)),
            HistogramBins = [.. part.Reductions.Select(reduction => Pack(reduction.Histogram.Bins.Select(bin => (ushort)bin.BinIndex)))],
            HistogramCounts = [.. part.Reductions.Select(reduction => Pack(reduction.Histogram.Bins.Select(bin => checked((int)bin.Count))))],
            TopRows = [.. entries.SelectMany(query => query.Select(entry => entry.TrainRow))],
            TopInfluence = [.. entries.SelectMany(query => query.Select(entry => entry.Influence))],
            TopLossDifference = [.. entries.SelectMany(query => query.Select(entry => entry.LossDifference))],
            TopBaseLoss = [.. entries.SelectMany(query => query.Select(entry => entry.BaseLoss))],
            TopIds = [.. entries.Select(query => Pack(query.Select(entry => entry.Id)))],
            GroupRowCounts = [.. groupSums.Select(group => group.Count)],
            GroupSums = Pack(groupSums.Select(group => group.Sum)),
        };
        var header = new PartHeader(
            FileHeader.FormatVersion,
            run,
            part.ShardIndex,
            shard.FileDigest,
            shard.RowStart,
            shard.RowCount,
            TrainRowStart(shard),
            new(part.Unscorable.CountsByReason.ToDictionary(pair => SpecName.Of(pair.Key), pair => pair.Value), StringComparer.Ordinal),
            [.. part.Unscorable.Sample.Select(row => new PartHeader.UnscorableEntry(row.TrainRow, SpecName.Of(row.Reason), Pack([row.Id])))],
            groups,
            Digest: "");
        table.Write(stream, FileHeader.ToJson(header with { Digest = table.Digest(FileHeader.ToJson(header)) }));
    }

    /// <exception cref="MirroredException">Data: it cannot be read, was changed, or is another run's or shard's.</exception>
    public static ShardPart Read(byte[] bytes, string name, Shard shard, RunManifest manifest) => FileHeader.Reading(name, "part of a run", () =>
    {
        using var file = ArrowFile.Parse(bytes, name);
        var header = FileHeader.Read<PartHeader>(file, manifest.Run);
        if (header.FileDigest != shard.FileDigest || (header.ShardIndex, header.RowStart, header.RowCount, header.TrainRowStart) != (shard.ShardIndex, shard.RowStart, shard.RowCount, TrainRowStart(shard)))
            throw Failure.Data($"{name}: answers shard {header.ShardIndex}, rows {header.RowStart} to {header.RowStart + header.RowCount}; expected shard {shard.ShardIndex}, rows {shard.RowStart} to {shard.RowEnd}. {RunDirectory.Remedy}");
        var table = PartTable.Read(file);
        if (header.Digest != table.Digest(FileHeader.ToJson(header with { Digest = "" })))
            throw Failure.Data($"{name}: its content is not what was written: the digest differs. {RunDirectory.Remedy}");
        return ToPart(table, header, manifest.Spec.Score);
    });

    private static ShardPart ToPart(PartTable table, PartHeader header, ScoreSpec score)
    {
        var unscorable = new UnscorableRows();
        foreach (var reason in Enum.GetValues<UnscorableReason>().Where(reason => header.Unscorable.ContainsKey(SpecName.Of(reason))))
            unscorable.AddCount(reason, header.Unscorable[SpecName.Of(reason)]);
        foreach (var row in header.UnscorableRows)
            unscorable.AddToSample(new UnscorableRow(row.TrainRow, ReasonOf(row.Reason), Unpack(row.Id, 1)[0]));
        return new ShardPart
        {
            ShardIndex = header.ShardIndex,
            RowCount = header.RowCount,
            Queries = [.. table.Queries],
            Reductions = [.. Enumerable.Range(0, table.Queries.Length).Select(query => ToReduction(table, header, query, score))],
            Unscorable = unscorable,
        };
    }

    private static QueryReduction ToReduction(PartTable table, PartHeader header, int query, ScoreSpec score)
    {
        var top = new TopK(score.TopK, score.Rank);
        var entryCount = table.TopRows.Length / table.Queries.Length;
        var ids = Unpack(table.TopIds[query], entryCount);
        for (var i = entryCount - 1; i >= 0; i--)   // worst first: no entry moves the ones before it
        {
            var place = (query * entryCount) + i;
            if (table.TopRows[place] < 0)
                continue;
            top.Add(new InfluenceEntry
            {
                TrainRow = table.TopRows[place],
                Influence = table.TopInfluence[place],
                LossDifference = table.TopLossDifference[place],
                BaseLoss = table.TopBaseLoss[place],
                Id = ids[i],
            });
        }

        var histogram = new InfluenceHistogram();
        foreach (var (bin, count) in MemoryMarshal.Cast<byte, ushort>(table.HistogramBins[query]).ToArray().Zip(MemoryMarshal.Cast<byte, int>(table.HistogramCounts[query]).ToArray()))
            histogram.Add(bin, count);

        var groups = new GroupSums();
        foreach (var (i, group) in header.Groups.Index())
        {
            var place = (query * header.Groups.Length) + i;
            if (table.GroupRowCounts[place] > 0)
                groups.Merge(group, new GroupSum(table.GroupRowCounts[place], SumAt(table.GroupSums, place)));
        }

        return new QueryReduction(top, new Moments(table.RowCounts[query], SumAt(table.Sums, query), SumAt(table.SumsOfSquares, query)), histogram, groups);
    }

    /// <summary>Each query's top entries, best first, filled up to the same number: shape [query][entry].</summary>
    private static InfluenceEntry[][] ToEntries(IReadOnlyList<QueryReduction> reductions)
    {
        var none = new InfluenceEntry { TrainRow = -1, Influence = 0, LossDifference = 0, BaseLoss = 0 };
        var entryCount = reductions.Select(reduction => reduction.Top.Count).DefaultIfEmpty().Max();
        return [.. reductions.Select(reduction => (InfluenceEntry[])[.. reduction.Top.ToSorted(), .. Enumerable.Repeat(none, entryCount - reduction.Top.Count)])];
    }

    private static long TrainRowStart(Shard shard) => shard.FileRowOffset + shard.RowStart;

    private static UnscorableReason ReasonOf(string name) => Enum.GetValues<UnscorableReason>().First(reason => SpecName.Of(reason) == name);

    private static ExactSum SumAt(byte[] sums, int index) => ExactSum.Read(sums.AsSpan(index * ExactSum.SizeBytes, ExactSum.SizeBytes));

    private static byte[] Pack(IEnumerable<ExactSum> sums)
    {
        var list = sums.ToArray();
        var bytes = new byte[list.Length * ExactSum.SizeBytes];
        for (var i = 0; i < list.Length; i++)
            list[i].WriteTo(bytes.AsSpan(i * ExactSum.SizeBytes, ExactSum.SizeBytes));
        return bytes;
    }

    private static byte[] Pack<T>(IEnumerable<T> values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.ToArray().AsSpan()).ToArray();

    private static byte[] Pack(IEnumerable<RowValue> ids)
    {
        var bytes = new List<byte>();
        foreach (var id in ids)
            RowValueBytes.Append(bytes, id);
        return [.. bytes];
    }

    private static RowValue[] Unpack(ReadOnlySpan<byte> bytes, int count)
    {
        var ids = new RowValue[count];
        for (var i = 0; i < count; i++)
            ids[i] = RowValueBytes.Read(ref bytes);
        return ids;
    }
}
