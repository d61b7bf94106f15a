using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MirroredInfluence.Arrow;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>A query's rows in memory, as its ascent needs them: all at once, whatever file and record batch they come from.</summary>
internal sealed unsafe class QueryRows : IDisposable
{
    private const int ScanRows = 1024;

    private readonly nint[] _pointers;   // shape [columns, rows]
    private readonly ulong[] _keys;      // shape [rows]
    private readonly void* _bytes;

    private QueryRows(ArgumentLayout layout, string place, nint[] pointers, ulong[] keys, void* bytes)
    {
        Layout = layout;
        Place = place;
        _pointers = pointers;
        _keys = keys;
        _bytes = bytes;
    }

    /// <summary>Of the files that the rows are of.</summary>
    public ArgumentLayout Layout { get; }

    /// <summary>"/data/test.arrow:17 and 3 more".</summary>
    public string Place { get; }

    public int RowCount => _keys.Length;

    /// <summary>Addresses of the rows' bytes, shape [columns, rows].</summary>
    public ReadOnlyMemory<nint> Pointers => _pointers;

    /// <summary>Shape [rows].</summary>
    public ReadOnlyMemory<ulong> Keys => _keys;

    /// <param name="rowsPlan">The files that the rows are of, for the keys of rows without an id.</param>
    /// <exception cref="MirroredException">Data: a row that cannot be read. Invalid: rows of files that store a column in other types.</exception>
    public static QueryRows Load(Query query, RunPlan rowsPlan, BoundFiles files)
    {
        var layout = files.Borrow(query.Rows[0].FileIndex).Layout;
        files.Return(query.Rows[0].FileIndex);
        int[] rowBytes = [.. layout.Columns.Select(RowBytes)];
        var rows = query.Rows;
        var keys = new ulong[rows.Length];
        var pointers = new nint[rowBytes.Length * rows.Length];
        var bytes = (byte*)NativeMemory.Alloc((nuint)rowBytes.Sum(size => (long)size * rows.Length));
        var loaded = new QueryRows(layout, PlaceOf(rows, rowsPlan), pointers, keys, bytes);
        try
        {
            for (var column = 0; column < rowBytes.Length; column++)
            {
                for (var i = 0; i < rows.Length; i++, bytes += rowBytes[column])
                    pointers[(column * rows.Length) + i] = (nint)bytes;
            }

            for (var start = 0; start < rows.Length;)
                start += loaded.CopyRun(query, start, rowsPlan, files, rowBytes);

            return loaded;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    public void Dispose() => NativeMemory.Free(_bytes);

    private static string PlaceOf(ImmutableArray<TestRow> rows, RunPlan rowsPlan)
    {
        var first = $"{rowsPlan.Files[rows[0].FileIndex].Uri}:{rows[0].Row}";
        return rows.Length == 1 ? first : $"{first} and {rows.Length - 1:N0} more";
    }

    private static int RowBytes(ColumnArgument column) =>
        column.Shape.Aggregate(column.StoredDtype.SizeBytes(), (bytes, size) => checked(bytes * size));

    /// <summary>Copies rows that follow one another in a file.</summary>
    /// <returns>How many they were.</returns>
    private int CopyRun(Query query, int start, RunPlan rowsPlan, BoundFiles files, int[] rowBytes)
    {
        var first = query.Rows[start];
        var count = 1;
        while (start + count < query.Rows.Length && query.Rows[start + count] is var next
            && next.FileIndex == first.FileIndex && next.Row == first.Row + count)
        {
            count++;
        }

        var file = files.Borrow(first.FileIndex);
        try
        {
            CheckLayout(query, file);
            using var scan = new RowScan(file.File, file.Columns, first.Row, first.Row + count, ScanRows);
            while (scan.MoveNext())
            {
                for (var i = 0; i < scan.RowCount; i++)
                {
                    var target = start + (int)(scan.RowStart - first.Row) + i;
                    if (scan.Reasons[i] != UnscorableReason.None)
                    {
                        throw Failure.Data(
                            $"query '{query.Name}': row {scan.RowStart + i} of {file.File.Path} cannot be read "
                            + $"({SpecName.Of(scan.Reasons[i])}); a query's rows must all be whole. Leave the row out with test.rows.");
                    }

                    _keys[target] = RowKey.Of(query.Rows[target].Id, rowsPlan.RowIndex(first.FileIndex, scan.RowStart + i));
                    for (var column = 0; column < rowBytes.Length; column++)
                    {
                        var size = rowBytes[column];
                        Buffer.MemoryCopy((void*)scan.RowPointers(column)[i], (void*)_pointers[(column * RowCount) + target], size, size);
                    }
                }
            }
        }
        finally
        {
            files.Return(first.FileIndex);
        }

        return count;
    }

    private void CheckLayout(Query query, BoundFile file)
    {
        if (file.Layout.StoresAs(Layout))
            return;

        var (expected, found) = Layout.Columns.Zip(file.Layout.Columns).First(pair => pair.First.StoredDtype != pair.Second.StoredDtype);
        throw Failure.Invalid(
            $"query '{query.Name}': {file.File.Path} stores column '{found.Column}' as {found.StoredDtype.Name()}, "
            + $"the file of the query's first row as {expected.StoredDtype.Name()}; the rows of one query are ascended together and must be stored alike. "
            + "Convert one of the files, or let each row be a query (test.query row).");
    }
}
