using System.Buffers.Binary;
using System.Text.Json;

namespace MirroredInfluence.Report;

/// <summary>The page's main block: the run's facts, and every query with its statistics and its ranking.</summary>
internal static class RunBlock
{
    private const int EntryBytes = 24;      // row u32; influence, lossDifference, baseLoss, zScore, percentile f32; little-endian

    public static void Write(
        Utf8JsonWriter json, string title, RunResult result, RunManifest manifest, PageRows rows, RowBlocks written, IReadOnlyList<string> notes)
    {
        json.WriteStartObject();
        json.WriteString("title", title);
        json.WriteString("rank", SpecName.Of(result.Rank));
        json.WriteString("estimator", result.Estimator);
        json.WriteBoolean("hasPictures", written.PictureCount > 0);
        json.WriteBoolean("hasCaptions", written.HasCaptions);
        json.WriteBoolean("hasSamePictures", result.Queries.Any(query => HasOwnPicture(query, rows, written)));
        json.WriteNumber("expected", result.ExpectedRows);
        json.WriteNumber("scored", result.ScoredRows);
        json.WriteStartArray("unscorable");
        foreach (var (reason, rowCount) in result.Unscorable.CountsByReason)
            WritePair(json, reason.Words(), rowCount);
        json.WriteEndArray();
        WriteStrings(json, "shards", rows.Files.Select(file => file.Uri));
        var labels = new FileLabels(rows.Files);
        WriteStrings(json, "shardNames", rows.Files.Select(file => labels.Of(file.Uri)));
        WriteStrings(json, "notes", [.. ResultNotes.Of(result), .. notes]);
        json.WriteNumber("rowsPerBlock", RowBlocks.RowsPerBlock);
        json.WriteNumber("picturesPerBlock", RowBlocks.PicturesPerBlock);
        WriteFacts(json, RunFacts.Of(result, manifest));
        json.WriteStartArray("queries");
        foreach (var query in result.Queries)
        {
            WriteQuery(json, query, rows);
            json.Flush();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteQuery(Utf8JsonWriter json, QueryResult query, PageRows rows)
    {
        json.WriteStartObject();
        json.WriteString("name", query.Query.Name);
        json.WriteNumber("rowCount", query.Query.Rows.Length);
        WriteNumbers(json, "rows", query.Query.Rows.Take(PageRows.TestRowsMax).Select(row => (long)rows.IndexOf(row)));
        json.WriteNumber("count", query.Histogram.Count);
        json.WriteNumber("mean", query.Mean);
        json.WriteNumber("deviation", query.Deviation);
        WriteNumbers(json, "bins", query.Histogram.Bins.Select(bin => (long)bin.BinIndex));
        WriteNumbers(json, "counts", query.Histogram.Bins.Select(bin => bin.Count));
        json.WriteBase64String("top", Pack(query, rows));
        if (!query.Groups.IsEmpty)
            WriteGroups(json, query);
        json.WriteEndObject();
    }

    private static byte[] Pack(QueryResult query, PageRows rows)
    {
        var bytes = new byte[query.Top.Length * EntryBytes];
        var rest = bytes.AsSpan();
        foreach (var row in query.Top)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, rows.IndexOf(row));
            BinaryPrimitives.WriteSingleLittleEndian(rest[4..], row.Influence);
            BinaryPrimitives.WriteSingleLittleEndian(rest[8..], row.LossDifference);
            BinaryPrimitives.WriteSingleLittleEndian(rest[12..], row.BaseLoss);
            BinaryPrimitives.WriteSingleLittleEndian(rest[16..], (float)row.ZScore);
            BinaryPrimitives.WriteSingleLittleEndian(rest[20..], (float)row.Percentile);
            rest = rest[EntryBytes..];
        }

        return bytes;
    }

    private static bool HasOwnPicture(QueryResult query, PageRows rows, RowBlocks written)
    {
        var own = query.Query.Rows.Take(PageRows.TestRowsMax).Select(row => written.PictureOf(rows.IndexOf(row))).Where(picture => picture >= 0).ToHashSet();
        return own.Count > 0 && query.Top.Any(row => own.Contains(written.PictureOf(rows.IndexOf(row))));
    }

    private static void WriteGroups(Utf8JsonWriter json, QueryResult query)
    {
        json.WriteStartArray("groups");
        foreach (var group in query.Groups)
        {
            json.WriteStartArray();
            json.WriteStringValue(group.Group);
            json.WriteNumberValue(group.RowCount);
            json.WriteNumberValue(group.Mean);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteFacts(Utf8JsonWriter json, IEnumerable<FactSection> sections)
    {
        json.WriteStartArray("facts");
        foreach (var section in sections)
        {
            json.WriteStartObject();
            json.WriteString("title", section.Title);
            json.WriteStartArray("items");
            foreach (var (label, value) in section.Items)
            {
                json.WriteStartArray();
                json.WriteStringValue(label);
                json.WriteStringValue(value);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WritePair(Utf8JsonWriter json, string name, long value)
    {
        json.WriteStartArray();
        json.WriteStringValue(name);
        json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
