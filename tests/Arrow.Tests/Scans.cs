namespace MirroredInfluence.Arrow.Tests;

/// <summary>Reads rows through a scan, as bytes: null where a row cannot be scored.</summary>
internal static unsafe class Scans
{
    public static (byte[]?[] Rows, UnscorableReason[] Reasons) Read(ArrowFile file, ColumnBinding column, int miniBatchRows = 4)
    {
        var (rows, reasons) = Read(file, [column], 0, file.RowCount, miniBatchRows);
        return ([.. rows.Select(row => row[0])], reasons);
    }

    public static (byte[]?[][] Rows, UnscorableReason[] Reasons) Read(
        ArrowFile file, IReadOnlyList<ColumnBinding> columns, long rowStart, long rowEnd, int miniBatchRows)
    {
        var rows = new List<byte[]?[]>();
        var reasons = new List<UnscorableReason>();
        using var scan = new RowScan(file, columns, rowStart, rowEnd, miniBatchRows);
        while (scan.MoveNext())
        {
            Assert.Equal(rowStart + rows.Count, scan.RowStart);
            Assert.InRange(scan.RowCount, 1, miniBatchRows);
            for (var slot = 0; slot < scan.RowCount; slot++)
            {
                var row = new byte[]?[columns.Count];
                for (var column = 0; column < columns.Count; column++)
                {
                    var pointer = scan.RowPointers(column)[slot];
                    Assert.Equal(scan.Reasons[slot] != UnscorableReason.None, pointer == 0);
                    row[column] = pointer == 0 ? null : new ReadOnlySpan<byte>((void*)pointer, columns[column].RowBytes).ToArray();
                }

                rows.Add(row);
            }

            reasons.AddRange(scan.Reasons);
        }

        Assert.Equal(rowEnd - rowStart, rows.Count);
        return ([.. rows], [.. reasons]);
    }

    public static T[] As<T>(byte[]? row) where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(row).ToArray();
}
