using System.Collections.Immutable;

namespace MirroredInfluence.Report;

/// <summary>
/// Every row that the page shows, once. Invariant: ascending by file, then row, and test files come before training files; so a pass in this order
/// opens each file once and reads forwards.
/// </summary>
internal sealed class PageRows
{
    /// <summary>Test rows shown of one query.</summary>
    public const int TestRowsMax = 24;

    private readonly Dictionary<(int FileIndex, long Row), int> _indexes;
    private readonly Dictionary<string, int> _trainFileIndexes;

    private PageRows(RunManifest manifest, Dictionary<(int FileIndex, long Row), PageRow> rows, Dictionary<string, int> trainFileIndexes)
    {
        Files = manifest.Inputs.Test.AddRange(manifest.Inputs.Train);
        Rows = [.. rows.Values.OrderBy(row => row.FileIndex).ThenBy(row => row.Row)];
        _indexes = Rows.Index().ToDictionary(row => (row.Item.FileIndex, row.Item.Row), row => row.Index);
        _trainFileIndexes = trainFileIndexes;
    }

    /// <summary>Test files, then training files.</summary>
    public ImmutableArray<DataFile> Files { get; }

    public ImmutableArray<PageRow> Rows { get; }

    public static PageRows Of(RunResult result, RunManifest manifest)
    {
        var trainFileIndexes = manifest.Inputs.Train.Index().ToDictionary(file => file.Item.Uri, file => manifest.Inputs.Test.Length + file.Index, StringComparer.Ordinal);
        var rows = new Dictionary<(int FileIndex, long Row), PageRow>();
        foreach (var row in result.Queries.SelectMany(query => query.Query.Rows.Take(TestRowsMax)))
            rows[(row.FileIndex, row.Row)] = new PageRow(row.FileIndex, row.Row, row.Id, BestRank: 0);
        foreach (var row in result.Queries.SelectMany(query => query.Top))
        {
            var place = (trainFileIndexes[row.File.Uri], row.Row);
            if (!rows.TryGetValue(place, out var known) || row.Rank < known.BestRank)
                rows[place] = new PageRow(place.Item1, place.Row, row.Id, row.Rank);
        }

        return new PageRows(manifest, rows, trainFileIndexes);
    }

    public int IndexOf(TestRow row) => _indexes[(row.FileIndex, row.Row)];

    public int IndexOf(RankedRow row) => _indexes[(_trainFileIndexes[row.File.Uri], row.Row)];

    /// <summary>Indexes of rows, file by file: [start, end).</summary>
    public IEnumerable<(int FileIndex, int Start, int End)> ByFile()
    {
        for (int start = 0, end = 0; start < Rows.Length; start = end)
        {
            while (end < Rows.Length && Rows[end].FileIndex == Rows[start].FileIndex)
                end++;
            yield return (Rows[start].FileIndex, start, end);
        }
    }
}
