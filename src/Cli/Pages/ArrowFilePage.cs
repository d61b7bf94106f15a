using MirroredInfluence.Arrow;

namespace MirroredInfluence.Cli;

/// <summary>What <c>inspect</c> prints of an Arrow file.</summary>
internal static class ArrowFilePage
{
    public static void Write(ArrowFile file, TextWriter output)
    {
        var batches = file.RecordBatches;
        var compressions = batches.Select(batch => NameOf(batch.Compression)).Distinct();

        output.WriteLine($"{file.Path}: Arrow IPC {(file.Format == ArrowFormat.File ? "file" : "stream")}");
        output.WriteLine($"  rows        {file.RowCount:N0} in {batches.Count:N0} record batch{(batches.Count == 1 ? "" : "es")}{(batches.Count > 0 ? $" of up to {batches.Max(batch => batch.RowCount):N0} rows" : "")}");
        output.WriteLine($"  bodies      {Quantity.Bytes(batches.Sum(batch => batch.BodyBytes))}, compression: {string.Join(", ", compressions.DefaultIfEmpty("none"))}");
        output.WriteLine("  columns:");
        foreach (var field in file.Schema.Fields)
            Write(file, field, field.Name, output);
        output.WriteLine();
    }

    private static void Write(ArrowFile file, ArrowField field, string path, TextWriter output)
    {
        var extension = field.ExtensionName is { } name ? $"  ({name})" : "";
        var layout = file.TryGetTensorLayout(path, out _);
        var tensor = layout is { StoredDtype: { } dtype, Shape: { IsEmpty: false } shape } ? $"  = {Shapes.Of(dtype, shape)} a row" : "";
        output.WriteLine($"    {path,-20} {field.TypeName}{(field.Nullable ? ", may be null" : "")}{extension}{tensor}");
        if (field.Kind == ArrowKind.Struct)
        {
            foreach (var child in field.Children)
                Write(file, child, $"{path}.{child.Name}", output);
        }
    }

    private static string NameOf(BodyCompression compression) => compression switch
    {
        BodyCompression.None => "none",
        BodyCompression.Lz4Frame => "lz4",
        _ => "zstd",
    };
}
