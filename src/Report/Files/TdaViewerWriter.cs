using System.Text.Json;
using MirroredInfluence.Engine;

namespace MirroredInfluence.Report;

/// <summary>
/// Writes rankings of texts for PAIR's TDA output viewer: a JSON object a line and query, with the fields that
/// https://github.com/PAIR-code/pretraining-tda documents under "TDA method results" (docs/formats/result.md).
/// </summary>
public static class TdaViewerWriter
{
    private const int TextLengthMax = 4000;     // UTF-16 units

    /// <param name="manifest">Of the run; <c>report.caption</c> names the column of texts.</param>
    /// <exception cref="MirroredException">Invalid: <c>report.picture</c> or <c>report.caption</c> names no such column of the training files.</exception>
    public static void Write(Stream destination, RunResult result, RunManifest manifest, DataFiles data, CancellationToken cancellationToken)
    {
        var rows = PageRows.Of(result, manifest);
        var labels = new FileLabels(manifest.Inputs.Train);
        var texts = ReadTexts(rows, RowGallery.Choose(data, manifest), cancellationToken);
        foreach (var query in result.Queries)
        {
            using (var json = new Utf8JsonWriter(destination, JsonStyle.Options))
            {
                json.WriteStartObject();
                json.WriteString("example_id", query.Query.Name);
                json.WriteString("query_set", result.Run);
                json.WriteString("inputs_plaintext", string.Join('\n', query.Query.Rows.Take(PageRows.TestRowsMax).Select(row => texts[rows.IndexOf(row)])));
                json.WriteString("targets_plaintext", "");
                WriteSide(json, "proponent", [.. query.Top.Where(row => row.Influence >= 0)]);
                WriteSide(json, "opponent", [.. query.Top.Where(row => row.Influence < 0)]);
                json.WriteEndObject();
            }

            destination.Write("\n"u8);
        }

        void WriteSide(Utf8JsonWriter json, string side, RankedRow[] ranked)
        {
            json.WriteStartArray($"{side}s");
            foreach (var row in ranked)
                json.WriteStringValue(texts[rows.IndexOf(row)]);
            json.WriteEndArray();
            json.WriteStartArray($"{side}_ids");
            foreach (var row in ranked)
                json.WriteStringValue(row.Id.IsNull ? FormattableString.Invariant($"{labels.Of(row.File.Uri)}:{row.Row}") : row.Id.ToString());
            json.WriteEndArray();
            json.WriteStartArray($"{side}_scores");
            foreach (var row in ranked)
                json.WriteNumberValue(row.Influence);
            json.WriteEndArray();
        }
    }

    /// <summary>Shape [row of the page]; empty where there is no text.</summary>
    private static string[] ReadTexts(PageRows rows, RowGallery gallery, CancellationToken cancellationToken)
    {
        var texts = new string[rows.Rows.Length];
        foreach (var (fileIndex, start, end) in rows.ByFile())
        {
            using var file = gallery.TryOpen(rows.Files[fileIndex]);
            for (var index = start; index < end; index++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                texts[index] = Caption.Shorten(file?.Caption(rows.Rows[index].Row), TextLengthMax) ?? "";
            }
        }

        return texts;
    }
}
