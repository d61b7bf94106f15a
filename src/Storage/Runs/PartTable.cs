using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MirroredInfluence.Arrow;

namespace MirroredInfluence.Storage;

/// <summary>
/// The columns of a part, a row per query. Shapes are fixed: a query that ranks fewer rows than another, since its loss of some row is no number, is filled
/// up with entries of training row −1, and a group none of whose rows it ranks has count 0.
/// </summary>
internal sealed class PartTable
{
    /// <summary>Names, shape [query].</summary>
    public required string[] Queries { get; init; }

    /// <summary>Rows that the query ranks, shape [query].</summary>
    public required long[] RowCounts { get; init; }

    /// <summary><see cref="ExactSum"/>s of influence, shape [query, 80].</summary>
    public required byte[] Sums { get; init; }

    /// <summary><see cref="ExactSum"/>s of influence², shape [query, 80].</summary>
    public required byte[] SumsOfSquares { get; init; }

    /// <summary>Bins that hold rows, uint16, shape [query][bin].</summary>
    public required byte[][] HistogramBins { get; init; }

    /// <summary>Rows in those bins, int32, shape [query][bin].</summary>
    public required byte[][] HistogramCounts { get; init; }

    /// <summary>Training rows, best first, shape [query, entry].</summary>
    public required long[] TopRows { get; init; }

    /// <summary>Shape [query, entry].</summary>
    public required float[] TopInfluence { get; init; }

    /// <summary>Shape [query, entry].</summary>
    public required float[] TopLossDifference { get; init; }

    /// <summary>Shape [query, entry].</summary>
    public required float[] TopBaseLoss { get; init; }

    /// <summary>As <see cref="RowValueBytes"/> writes them, one after the other, shape [query][byte].</summary>
    public required byte[][] TopIds { get; init; }

    /// <summary>Rows that the query ranks by group, shape [query, group].</summary>
    public required long[] GroupRowCounts { get; init; }

    /// <summary><see cref="ExactSum"/>s of influence by group, shape [query, group, 80].</summary>
    public required byte[] GroupSums { get; init; }

    public static PartTable Read(ArrowFile file) => new()
    {
        Queries = [.. file.ReadTexts("query").Select(name => name ?? "")],
        RowCounts = file.ReadColumn<long>("rowCount"),
        Sums = file.ReadColumn<byte>("sum"),
        SumsOfSquares = file.ReadColumn<byte>("sumOfSquares"),
        HistogramBins = ReadBinary(file, "histogramBin"),
        HistogramCounts = ReadBinary(file, "histogramCount"),
        TopRows = ReadIfPresent<long>(file, "topRow"),
        TopInfluence = ReadIfPresent<float>(file, "topInfluence"),
        TopLossDifference = ReadIfPresent<float>(file, "topLossDifference"),
        TopBaseLoss = ReadIfPresent<float>(file, "topBaseLoss"),
        TopIds = ReadBinary(file, "topId"),
        GroupRowCounts = ReadIfPresent<long>(file, "groupRowCount"),
        GroupSums = ReadIfPresent<byte>(file, "groupSum"),
    };

    public void Write(Stream stream, string header)
    {
        var queryCount = Queries.Length;
        List<ColumnWriter> columns = [];
        AddTexts("query", Queries);
        AddRows("rowCount", RowCounts);
        Add<byte>("sum", ElementType.UInt8, Sums);
        Add<byte>("sumOfSquares", ElementType.UInt8, SumsOfSquares);
        AddBinary("histogramBin", HistogramBins);
        AddBinary("histogramCount", HistogramCounts);
        Add<long>("topRow", ElementType.Int64, TopRows);
        Add<float>("topInfluence", ElementType.Float32, TopInfluence);
        Add<float>("topLossDifference", ElementType.Float32, TopLossDifference);
        Add<float>("topBaseLoss", ElementType.Float32, TopBaseLoss);
        AddBinary("topId", TopIds);
        Add<long>("groupRowCount", ElementType.Int64, GroupRowCounts);
        Add<byte>("groupSum", ElementType.UInt8, GroupSums);
        new ArrowWriter(stream, columns, metadata: FileHeader.Metadata(header)).Complete();

        void AddTexts(string name, string[] values)
        {
            var column = new TextColumnWriter(name);
            columns.Add(column);
            foreach (var value in values)
                column.Append(value);
        }

        void AddRows(string name, long[] values)
        {
            var column = new TensorColumnWriter(name, ElementType.Int64);
            columns.Add(column);
            column.AppendRows<long>(values);
        }

        void AddBinary(string name, byte[][] values)
        {
            var column = new BinaryColumnWriter(name);
            columns.Add(column);
            foreach (var value in values)
                column.Append(value);
        }

        // A list of no elements has no fixed shape: the column is left out.
        void Add<T>(string name, ElementType element, T[] values)
            where T : unmanaged
        {
            if (values.Length == 0)
                return;
            var column = new TensorColumnWriter(name, element, [values.Length / queryCount]);
            columns.Add(column);
            column.AppendRows<T>(values);
        }
    }

    /// <summary>SHA-256 of a header and of all values, lower-case hex.</summary>
    public string Digest(string header)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(Encoding.UTF8.GetBytes(header));
        foreach (var query in Queries)
            Append(Encoding.UTF8.GetBytes(query));
        Append(MemoryMarshal.AsBytes(RowCounts.AsSpan()));
        Append(Sums);
        Append(SumsOfSquares);
        foreach (var column in new[] { HistogramBins, HistogramCounts, TopIds })
        {
            foreach (var value in column)
                Append(value);
        }

        Append(MemoryMarshal.AsBytes(TopRows.AsSpan()));
        Append(MemoryMarshal.AsBytes(TopInfluence.AsSpan()));
        Append(MemoryMarshal.AsBytes(TopLossDifference.AsSpan()));
        Append(MemoryMarshal.AsBytes(TopBaseLoss.AsSpan()));
        Append(MemoryMarshal.AsBytes(GroupRowCounts.AsSpan()));
        Append(GroupSums);
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        // Lengths are hashed too, so that values cannot move between fields.
        void Append(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }
    }

    private static T[] ReadIfPresent<T>(ArrowFile file, string column)
        where T : unmanaged => file.Schema.Fields.Any(field => field.Name == column) ? file.ReadColumn<T>(column) : [];

    private static byte[][] ReadBinary(ArrowFile file, string column)
    {
        var values = file.BindValue(column);
        var rows = new byte[file.RowCount][];
        for (var row = 0; row < rows.Length; row++)
            rows[row] = values.Get(row).Bytes.ToArray();
        return rows;
    }
}
