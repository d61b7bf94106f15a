using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace MirroredInfluence.Report;

/// <summary>What a run computed and on what: the fields of its identity, digests, and rows that could not be scored. Nothing that differs between two equal runs.</summary>
internal static class RunFacts
{
    private const int FilesMax = 24, UnscorableMax = 24;

    public static IEnumerable<FactSection> Of(RunResult result, RunManifest manifest)
    {
        using var spec = JsonDocument.Parse(RunSpecWriter.Write(manifest.Spec));
        var fields = spec.RootElement;
        yield return new FactSection("Result",
        [
            ("run", result.Run),
            ("estimator", result.Estimator),
            ("rank", SpecName.Of(result.Rank)),
            ("seed", fields.GetProperty("seed").ToString()),
            ("code version", manifest.CodeVersion),
        ]);
        yield return new FactSection("Model", [("file", manifest.Spec.Model.Uri), ("sha256", manifest.Inputs.ModelDigest)]);
        yield return new FactSection("Arguments", [.. manifest.Inputs.Columns.Select(column => (column.Key, Describe(column.Value)))]);
        yield return new FactSection("Ascent", Flatten(fields.GetProperty("ascent")));
        yield return new FactSection("Score", Flatten(fields.GetProperty("score")));
        yield return new FactSection("Test rows", Flatten(fields.GetProperty("test")));
        yield return new FactSection("Training rows", [.. Flatten(fields.GetProperty("train")).Where(item => !item.Label.StartsWith("columns", StringComparison.Ordinal))]);
        yield return Files("Test files", manifest.Inputs.Test);
        yield return Files("Training files", manifest.Inputs.Train);
        if (result.Unscorable.Count > 0)
            yield return Unscorable(result.Unscorable, manifest);
    }

    private static FactSection Files(string title, ImmutableArray<DataFile> files)
    {
        var labels = new FileLabels(files);
        var items = files.Take(FilesMax).SelectMany(file => new[] { ($"{labels.Of(file.Uri)}, {Count(file.RowCount)} rows", file.Digest) });
        return new FactSection(title, [.. items, .. More(files.Length - FilesMax, "files")]);
    }

    private static FactSection Unscorable(UnscorableRows rows, RunManifest manifest)
    {
        var plan = RunPlan.Cut(manifest.Inputs.Train, int.MaxValue, miniBatchRows: 1);
        var labels = new FileLabels(plan.Files);
        var items = rows.Sample.Take(UnscorableMax).Select(row =>
        {
            var (fileIndex, rowOfFile) = plan.Locate(row.TrainRow);
            var place = $"{labels.Of(plan.Files[fileIndex].Uri)} : {Count(rowOfFile)}";
            return (row.Reason.Words(), row.Id.IsNull ? place : $"{row.Id} ({place})");
        });
        return new FactSection("Unscorable rows", [.. items, .. More(rows.Count - Math.Min(rows.Sample.Count, UnscorableMax), "rows")]);
    }

    private static string Describe(ColumnSpec column)
    {
        var text = $"{column.Column}: {column.StoredDtype?.Name()}";
        if (column.Shape is { Length: > 0 } shape)
            text += $" [{string.Join(",", shape)}]";
        if (column.Scale != 1)
            text += string.Create(CultureInfo.InvariantCulture, $" × {column.Scale}");
        if (column.Offset != 0)
            text += string.Create(CultureInfo.InvariantCulture, $" + {column.Offset}");
        return column.Dtype is { } dtype && dtype != column.StoredDtype ? $"{text} → {dtype.Name()}" : text;
    }

    /// <summary>Every field that is set, by its path.</summary>
    private static ImmutableArray<(string Label, string Value)> Flatten(JsonElement section, string prefix = "") =>
        [.. section.EnumerateObject().SelectMany(field => Flatten(field, prefix))];

    private static ImmutableArray<(string Label, string Value)> Flatten(JsonProperty field, string prefix) => field.Value.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Object => Flatten(field.Value, $"{prefix}{field.Name}."),
        JsonValueKind.Array => [(prefix + field.Name, string.Join(", ", field.Value.EnumerateArray()))],
        JsonValueKind.True => [(prefix + field.Name, "yes")],
        JsonValueKind.False => [(prefix + field.Name, "no")],
        _ => [(prefix + field.Name, field.Value.ToString())],
    };

    private static IEnumerable<(string Label, string Value)> More(long count, string what) => count > 0 ? [("and", $"{Count(count)} more {what}")] : [];

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
