using MirroredInfluence.Arrow;

namespace MirroredInfluence.Fuzz;

/// <summary>
/// Reads everything a file offers: every column as values and as tensors of several shapes, each row byte by byte, so that an address outside of the
/// file faults. A Data or Invalid failure is an answer; anything else is a defect.
/// </summary>
internal static unsafe class FileExerciser
{
    private const int RowsMax = 100_000;
    private const int MiniBatchRows = 7;

    /// <returns>Bytes that were read through rows and values, or null when the file was refused.</returns>
    public static long? Exercise(ReadOnlyMemory<byte> bytes, string name)
    {
        ArrowFile file;
        try
        {
            file = ArrowFile.Parse(bytes, name);
        }
        catch (MirroredException failure) when (failure.Kind == FailureKind.Data)
        {
            return null;
        }

        using (file)
            return Paths(file.Schema.Fields, "").Sum(path => ReadValues(file, path) + ReadTensors(file, path));
    }

    private static IEnumerable<string> Paths(ImmutableArray<ArrowField> fields, string parent) => fields.SelectMany(field =>
        field is { Kind: ArrowKind.Struct, DictionaryIndexKind: null }
            ? Paths(field.Children, $"{parent}{field.Name}.").Append(parent + field.Name)
            : [parent + field.Name]);

    private static long ReadValues(ArrowFile file, string path)
    {
        if (Try(() => file.BindValue(path)) is not { } column)
            return 0;
        var sum = 0L;
        for (var row = 0L; row < Math.Min(file.RowCount, RowsMax); row++)
        {
            if (column.TryGet(row, out var value))
                sum += value.ToString().Length;
        }

        return sum;
    }

    private static long ReadTensors(ArrowFile file, string path)
    {
        TensorLayout? layout;
        try
        {
            layout = file.TryGetTensorLayout(path, out _);
        }
        catch (MirroredException failure) when (failure.Kind == FailureKind.Invalid)
        {
            return 0;
        }

        if (layout is null)
            return 0;
        ImmutableArray<int>?[] shapes = [layout.Shape, [1], [2], [3], [4], [2, 2], [1, 2, 3]];
        var sum = 0L;
        foreach (var shape in shapes)
        {
            if (Try(() => file.BindTensor(path, layout.StoredDtype ?? ElementType.UInt8, shape)) is { } binding)
                sum += Scan(file, binding);
        }

        return sum;
    }

    private static long Scan(ArrowFile file, ColumnBinding binding)
    {
        if ((long)binding.RowBytes * MiniBatchRows > Array.MaxLength)
            return 0;
        var sum = 0L;
        using var scan = new RowScan(file, [binding], 0, Math.Min(file.RowCount, RowsMax), MiniBatchRows);
        while (scan.MoveNext())
        {
            foreach (var pointer in scan.RowPointers(0))
            {
                if (pointer == 0)
                    continue;
                foreach (var value in new ReadOnlySpan<byte>((void*)pointer, binding.RowBytes))
                    sum += value;
                sum++;
            }
        }

        return sum;
    }

    private static T? Try<T>(Func<T> bind) where T : class
    {
        try
        {
            return bind();
        }
        catch (MirroredException failure) when (failure.Kind == FailureKind.Invalid)
        {
            return null;
        }
    }
}
