using System.Runtime.InteropServices;

namespace MirroredInfluence.Arrow;

/// <summary>Whole columns copied out: for files of our own, which are small and have no nulls.</summary>
internal static unsafe class ColumnCopy
{
    private const int MiniBatchRows = 1024;

    public static T[] ReadAll<T>(ArrowFile file, string columnPath) where T : unmanaged
    {
        var binding = Bind<T>(file, columnPath);
        var values = new T[checked((int)(file.RowCount * (binding.RowBytes / sizeof(T))))];
        Copy(file, binding, 0, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    public static void Read<T>(ArrowFile file, string columnPath, long rowStart, Span<T> destination) where T : unmanaged
    {
        var binding = Bind<T>(file, columnPath);
        if (destination.Length % (binding.RowBytes / sizeof(T)) != 0)
            throw new ArgumentException($"{destination.Length:N0} values are no whole rows of {binding.RowBytes / sizeof(T):N0}.", nameof(destination));
        Copy(file, binding, rowStart, MemoryMarshal.AsBytes(destination));
    }

    public static string?[] ReadTexts(ArrowFile file, string columnPath)
    {
        var column = file.BindValue(columnPath);
        var texts = new string?[checked((int)file.RowCount)];
        for (var row = 0; row < texts.Length; row++)
        {
            var value = column.Get(row);
            texts[row] = value.Kind switch
            {
                RowValueKind.Null => null,
                RowValueKind.Text => value.Text,
                _ => throw Failure.Invalid($"{file.Path}: column '{columnPath}' holds {value.Kind}, not text."),
            };
        }

        return texts;
    }

    private static ColumnBinding Bind<T>(ArrowFile file, string columnPath) where T : unmanaged
    {
        var binding = file.BindTensor(columnPath, storedDtype: null, shape: null);
        return binding.StoredDtype == Elements.Of<T>()
            ? binding
            : throw Failure.Invalid($"{file.Path}: column '{columnPath}' holds {binding.StoredDtype.Name()}, not {Elements.Of<T>().Name()}.");
    }

    private static void Copy(ArrowFile file, ColumnBinding binding, long rowStart, Span<byte> destination)
    {
        using var scan = new RowScan(file, [binding], rowStart, rowStart + (destination.Length / binding.RowBytes), MiniBatchRows);
        while (scan.MoveNext())
        {
            var pointers = scan.RowPointers(0);
            for (var slot = 0; slot < pointers.Length; slot++)
            {
                if (pointers[slot] == 0)
                    throw Failure.Data($"{file.Path}: column '{binding.ColumnPath}' row {scan.RowStart + slot:N0} cannot be read: {scan.Reasons[slot]}.");
                new ReadOnlySpan<byte>((void*)pointers[slot], binding.RowBytes).CopyTo(destination);
                destination = destination[binding.RowBytes..];
            }
        }
    }
}
