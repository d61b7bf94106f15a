using System.Buffers;
using System.Runtime.InteropServices;

namespace MirroredInfluence.Arrow;

/// <summary>
/// Whole columns copied out: for files of our own, which are small and have no nulls.
/// Memory grows with rows that were read, not with rows that are claimed.
/// </summary>
internal static unsafe class ColumnCopy
{
    private const int MiniBatchRows = 1024;

    public static T[] ReadAll<T>(ArrowFile file, string columnPath) where T : unmanaged
    {
        var binding = Bind<T>(file, columnPath);
        if (file.RowCount > Array.MaxLength / binding.RowBytes)
        {
            throw Failure.Data(
                $"{file.Path}: column '{columnPath}' has {file.RowCount:N0} rows of "
                + $"{binding.RowBytes:N0} bytes; at most 2 GiB are copied.");
        }

        return MemoryMarshal.Cast<byte, T>(Copy(file, binding, 0, file.RowCount).WrittenSpan).ToArray();
    }

    public static void Read<T>(ArrowFile file, string columnPath, long rowStart, Span<T> destination) where T : unmanaged
    {
        var binding = Bind<T>(file, columnPath);
        var bytes = MemoryMarshal.AsBytes(destination);
        if (bytes.Length % binding.RowBytes != 0)
            throw new ArgumentException($"{bytes.Length:N0} bytes are no whole rows of {binding.RowBytes:N0}.", nameof(destination));
        Copy(file, binding, rowStart, rowStart + (bytes.Length / binding.RowBytes)).WrittenSpan.CopyTo(bytes);
    }

    public static string?[] ReadTexts(ArrowFile file, string columnPath)
    {
        var column = file.BindValue(columnPath);
        var texts = new List<string?>();
        for (var row = 0L; row < file.RowCount; row++)
        {
            var value = column.Get(row);
            texts.Add(value.Kind switch
            {
                RowValueKind.Null => null,
                RowValueKind.Text => value.Text,
                _ => throw Failure.Invalid($"{file.Path}: column '{columnPath}' holds {value.Kind}, not text."),
            });
        }

        return [.. texts];
    }

    private static ColumnBinding Bind<T>(ArrowFile file, string columnPath) where T : unmanaged
    {
        var binding = file.BindTensor(columnPath, storedDtype: null, shape: null);
        return binding.StoredDtype == Elements.Of<T>()
            ? binding
            : throw Failure.Invalid(
                $"{file.Path}: column '{columnPath}' holds {binding.StoredDtype.Name()}, not {Elements.Of<T>().Name()}.");
    }

    private static ArrayBufferWriter<byte> Copy(ArrowFile file, ColumnBinding binding, long rowStart, long rowEnd)
    {
        var copied = new ArrayBufferWriter<byte>();
        using var scan = new RowScan(file, [binding], rowStart, rowEnd, MiniBatchRows);
        while (scan.MoveNext())
        {
            var pointers = scan.RowPointers(0);
            for (var slot = 0; slot < pointers.Length; slot++)
            {
                if (pointers[slot] == 0)
                {
                    throw Failure.Data(
                        $"{file.Path}: column '{binding.ColumnPath}' row {scan.RowStart + slot:N0} cannot be read: {scan.Reasons[slot]}.");
                }

                copied.Write(new ReadOnlySpan<byte>((void*)pointers[slot], binding.RowBytes));
            }
        }

        return copied;
    }
}
