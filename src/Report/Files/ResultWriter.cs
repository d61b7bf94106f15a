using System.Text.Json;
using MirroredInfluence.Arrow;

namespace MirroredInfluence.Report;

/// <summary>Writes a result for programs: result.json and result.arrow (docs/formats/result.md). The same result gives the same bytes.</summary>
public static class ResultWriter
{
    private const int BatchRows = 65_536;

    public static byte[] ToJson(RunResult result)
    {
        using var stream = new MemoryStream();
        WriteJson(stream, result);
        return stream.ToArray();
    }

    public static void WriteJson(Stream destination, RunResult result)
    {
        using (var json = new Utf8JsonWriter(destination, JsonStyle.Options))
        {
            json.WriteStartObject();
            json.WriteString("run", result.Run);
            json.WriteString("estimator", result.Estimator);
            json.WriteString("rank", SpecName.Of(result.Rank));
            json.WriteStartArray("queries");
            foreach (var query in result.Queries)
            {
                WriteQuery(json, query);
                json.Flush();
            }

            json.WriteEndArray();
            json.WriteNumber("expectedRows", result.ExpectedRows);
            json.WriteNumber("scoredRows", result.ScoredRows);
            json.WriteStartObject("unscorableRows");
            foreach (var (reason, rowCount) in result.Unscorable.CountsByReason)
                json.WriteNumber(SpecName.Of(reason), rowCount);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        destination.Write("\n"u8);
    }

    public static void WriteArrow(Stream destination, RunResult result)
    {
        var query = new TextColumnWriter("query");
        var rank = new TensorColumnWriter("rank", ElementType.Int32);
        var shard = new TextColumnWriter("shard");
        var row = new TensorColumnWriter("row", ElementType.Int64);
        var id = IdColumnWriter.For(result);
        var influence = new TensorColumnWriter("influence", ElementType.Float32);
        var lossDifference = new TensorColumnWriter("loss_difference", ElementType.Float32);
        var baseLoss = new TensorColumnWriter("base_loss", ElementType.Float32);
        var zScore = new TensorColumnWriter("z_score", ElementType.Float64);
        var percentile = new TensorColumnWriter("percentile", ElementType.Float64);
        var metadata = new Dictionary<string, string> { ["run"] = result.Run, ["estimator"] = result.Estimator, ["rank"] = SpecName.Of(result.Rank) };
        var writer = new ArrowWriter(
            destination, [query, rank, shard, row, id.Column, influence, lossDifference, baseLoss, zScore, percentile], metadata: metadata);
        foreach (var (name, ranked) in result.Queries.SelectMany(found => found.Top.Select(ranked => (found.Query.Name, ranked))))
        {
            query.Append(name);
            rank.Append(ranked.Rank);
            shard.Append(ranked.File.Uri);
            row.Append(ranked.Row);
            id.Append(ranked.Id);
            influence.Append(ranked.Influence);
            lossDifference.Append(ranked.LossDifference);
            baseLoss.Append(ranked.BaseLoss);
            zScore.Append(ranked.ZScore);
            percentile.Append(ranked.Percentile);
            if (rank.RowCount == BatchRows)
                writer.WriteBatch();
        }

        writer.Complete();
    }

    private static void WriteQuery(Utf8JsonWriter json, QueryResult result)
    {
        json.WriteStartObject();
        json.WriteString("query", result.Query.Name);
        json.WriteStartArray("top");
        foreach (var row in result.Top)
        {
            json.WriteStartObject();
            json.WriteNumber("rank", row.Rank);
            json.WriteString("shard", row.File.Uri);
            json.WriteNumber("row", row.Row);
            json.WritePropertyName("id");
            WriteValue(json, row.Id);
            json.WriteNumber("influence", row.Influence);
            json.WriteNumber("lossDifference", row.LossDifference);
            json.WriteNumber("baseLoss", row.BaseLoss);
            json.WriteNumber("zScore", row.ZScore);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("mean", result.Mean);
        json.WriteNumber("deviation", result.Deviation);
        if (!result.Groups.IsEmpty)
            WriteGroups(json, result);
        json.WriteEndObject();
    }

    private static void WriteGroups(Utf8JsonWriter json, QueryResult result)
    {
        json.WriteStartArray("groups");
        foreach (var group in result.Groups)
        {
            json.WriteStartObject();
            json.WriteString("group", group.Group);
            json.WriteNumber("rows", group.RowCount);
            json.WriteNumber("mean", group.Mean);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, RowValue value)
    {
        switch (value.Kind)
        {
            case RowValueKind.Null:
                json.WriteNullValue();
                break;
            case RowValueKind.Integer:
                json.WriteNumberValue(value.Integer);
                break;
            case RowValueKind.Unsigned:
                json.WriteNumberValue(value.Unsigned);
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }
}
