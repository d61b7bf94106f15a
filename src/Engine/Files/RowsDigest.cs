using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MirroredInfluence.Arrow;

namespace MirroredInfluence.Engine;

/// <summary>
/// SHA-256 of a file's rows as a run sees them: tensor bytes and types of the bound columns, ids, groups, and why a row cannot be read. Record
/// batches, format, compression and other columns do not show in it, so that they show in no result (docs/decisions/0007).
/// </summary>
internal static class RowsDigest
{
    private const int RowsAtATime = 1024;

    /// <summary>Lower-case hex. Reads every bound byte of the file.</summary>
    public static string Compute(BoundFile file, CancellationToken cancellationToken)
    {
        using var reasons = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var values = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var columns = file.Columns.Select(_ => IncrementalHash.CreateHash(HashAlgorithmName.SHA256)).ToArray();
        try
        {
            using var scan = new RowScan(file.File, file.Columns, 0, file.File.RowCount, RowsAtATime);
            while (scan.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                reasons.AppendData(MemoryMarshal.AsBytes(scan.Reasons));
                for (var column = 0; column < columns.Length; column++)
                    Append(columns[column], scan.RowPointers(column), file.Columns[column].RowBytes);
                for (var row = scan.RowStart; row < scan.RowStart + scan.RowCount; row++)
                {
                    Append(values, file.Id, row);
                    Append(values, file.Group, row);
                }
            }

            // Equal bytes of other types are other values.
            reasons.AppendData([.. file.Columns.Select(column => (byte)column.StoredDtype)]);
            foreach (var hash in (ReadOnlySpan<IncrementalHash>)[.. columns, values])
                reasons.AppendData(hash.GetCurrentHash());
            return Convert.ToHexStringLower(reasons.GetCurrentHash());
        }
        finally
        {
            foreach (var column in columns)
                column.Dispose();
        }
    }

    /// <summary>Appends the bytes of the rows that can be read, adjacent rows at once.</summary>
    private static unsafe void Append(IncrementalHash hash, ReadOnlySpan<nint> pointers, int rowBytes)
    {
        for (var start = 0; start < pointers.Length;)
        {
            var end = start + 1;
            if (pointers[start] != 0)
            {
                while (end < pointers.Length && pointers[end] == pointers[end - 1] + rowBytes)
                    end++;
                hash.AppendData(new ReadOnlySpan<byte>((void*)pointers[start], checked((end - start) * rowBytes)));
            }

            start = end;
        }
    }

    private static void Append(IncrementalHash hash, ValueColumn? column, long row)
    {
        if (column is null)
            return;

        var value = column.TryGet(row, out var found) ? found : RowValue.Null;
        Span<byte> header = stackalloc byte[1 + sizeof(long)];
        header[0] = (byte)value.Kind;
        if (value.Kind == RowValueKind.Integer)
        {
            BinaryPrimitives.WriteInt64LittleEndian(header[1..], value.Integer);
            hash.AppendData(header);
            return;
        }

        var content = value.Kind == RowValueKind.Bytes ? value.Bytes : Encoding.UTF8.GetBytes(value.ToString());
        BinaryPrimitives.WriteInt64LittleEndian(header[1..], content.Length);
        hash.AppendData(header);
        hash.AppendData(content);
    }
}
