using System.Collections;

namespace MirroredInfluence.Arrow.Tests;

/// <summary>Every file and stream of another implementation: supported columns equal its JSON, the others give their documented refusal.</summary>
public sealed class GoldenTests
{
    [Fact]
    public void FilesOfAnotherImplementation_EqualTheirValues()
    {
        Golden.RequireFolder();
        var compared = 0;
        foreach (var jsonPath in Directory.EnumerateFiles(Golden.Folder, "*.json.gz", SearchOption.AllDirectories).Order())
        {
            var json = Golden.Read(jsonPath);
            var name = jsonPath[..^".json.gz".Length];
            foreach (var (path, format) in new[] { ($"{name}.arrow_file", ArrowFormat.File), ($"{name}.stream", ArrowFormat.Stream) })
            {
                if (!File.Exists(path))
                    continue;
                using var file = ArrowFile.Open(path);
                Assert.Equal(format, file.Format);
                Assert.Equal(json.GetProperty("batches").EnumerateArray().Sum(batch => batch.GetProperty("count").GetInt64()), file.RowCount);
                for (var fieldIndex = 0; fieldIndex < file.Schema.Fields.Length; fieldIndex++)
                    compared += Compare(file, file.Schema.Fields[fieldIndex], Golden.Values(json, fieldIndex));
            }
        }

        Assert.True(compared > 5000, $"only {compared} values were compared");
    }

    private static int Compare(ArrowFile file, ArrowField field, List<object?> expected)
    {
        if (file.Schema.Fields.Count(other => other.Name == field.Name) > 1)
        {
            Refusal.Is(FailureKind.Invalid, () => file.BindValue(field.Name), field.Name, "ambiguous");
            return 0;
        }

        if (field.Kind <= ArrowKind.FixedSizeBinary)
        {
            var column = file.BindValue(field.Name);
            for (var row = 0; row < expected.Count; row++)
                AssertEqual(expected[row], column.Get(row), $"{file.Path} '{field.Name}' row {row}");
            return expected.Count + (field.DictionaryIndexKind is null && field.Kind <= ArrowKind.Float64 ? CompareRows(file, field, [], expected) : 0);
        }

        Refusal.Is(FailureKind.Invalid, () => file.BindValue(field.Name), field.Name, field.TypeName, "ids, groups and captions");
        var item = field.Kind.IsList() && field.DictionaryIndexKind is null ? field.Children[0] : null;
        if (item is not { DictionaryIndexKind: null, Kind: <= ArrowKind.Float64 })
        {
            Refusal.Is(FailureKind.Invalid, () => file.BindTensor(field.Name, ElementType.UInt8, [1]), field.Name, field.TypeName, "cannot be bound");
            return 0;
        }

        var compared = 0;
        foreach (var length in expected.OfType<IList>().Select(list => list.Count).Where(length => length > 0).Distinct())
            compared += CompareRows(file, field, [length], expected);
        return compared;
    }

    /// <summary>Rows of the shape have its values; others are null or of the wrong length.</summary>
    private static int CompareRows(ArrowFile file, ArrowField field, ImmutableArray<int> shape, List<object?> expected)
    {
        var binding = file.BindTensor(field.Name, null, shape);
        var (rows, reasons) = Scans.Read(file, binding, miniBatchRows: 5);
        for (var row = 0; row < rows.Length; row++)
        {
            var list = expected[row] as IList ?? (shape.IsEmpty && expected[row] is not null ? new[] { expected[row] } : null);
            var where = $"{file.Path} '{field.Name}' row {row}";
            if (list is null)
            {
                Assert.True(reasons[row] == UnscorableReason.Null, where);
            }
            else if (!shape.IsEmpty && list.Count != shape[0])
            {
                Assert.True(reasons[row] == UnscorableReason.WrongLength, where);
            }
            else if (list.Cast<object?>().Any(value => value is null))
            {
                Assert.True(reasons[row] == UnscorableReason.Null, where);
            }
            else
            {
                var width = binding.RowBytes / list.Count;
                for (var element = 0; element < list.Count; element++)
                    Assert.True(BytesOf(list[element]!, width).AsSpan().SequenceEqual(rows[row].AsSpan(element * width, width)), $"{where} element {element}");
            }
        }

        return rows.Length;
    }

    private static byte[] BytesOf(object value, int width) => value switch
    {
        bool bit => [bit ? (byte)1 : (byte)0],
        float number => BitConverter.GetBytes(number),
        double number when width == 2 => BitConverter.GetBytes((Half)number),
        double number => BitConverter.GetBytes(number),
        ulong number => BitConverter.GetBytes(number),
        var number => BitConverter.GetBytes((long)number)[..width],
    };

    private static void AssertEqual(object? expected, RowValue found, string where)
    {
        var value = expected switch
        {
            null => RowValue.Null,
            long number => RowValue.Of(number),
            ulong number => RowValue.Of(number),
            float number => RowValue.Of((double)number),
            double number => RowValue.Of(number),
            bool bit => RowValue.Of(bit),
            string text => RowValue.Of(text),
            var bytes => RowValue.Of((byte[])bytes),
        };
        Assert.True(value == found, $"{where}: {found}, not {value}");
    }
}
