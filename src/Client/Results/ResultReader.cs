using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;

namespace MirroredInfluence.Client;

/// <summary>result.json → <see cref="InfluenceResult"/>, strictly: what is there is a result, or is refused by the path of the first field that is wrong.</summary>
internal static class ResultReader
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private static readonly UnscorableReason[] Reasons = [.. Enum.GetValues<UnscorableReason>().Where(reason => reason != UnscorableReason.None)];

    public static InfluenceResult Read(ReadOnlyMemory<byte> json, string source)
    {
        if (!Utf8.IsValid(json.Span))
            throw ResultField.Wrong(source, "", "bytes that are no UTF-8", "a JSON object");
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return Read(new ResultField(document.RootElement, "", source), json);
        }
        catch (JsonException exception)
        {
            throw ResultField.Wrong(source, "", $"no JSON ({exception.Message.TrimEnd('.')})", "a JSON object", exception);
        }
    }

    private static InfluenceResult Read(ResultField root, ReadOnlyMemory<byte> json)
    {
        var result = new InfluenceResult
        {
            Run = root["run"].Text,
            Estimator = root["estimator"].Text,
            Rank = root["rank"].Choice<RankOrder>(),
            Queries = [.. root["queries"].Items.Select(ReadQuery)],
            ExpectedRows = root["expectedRows"].Count,
            ScoredRows = root["scoredRows"].Count,
            UnscorableRows = root["unscorableRows"].Fields.ToImmutableSortedDictionary(field => field.Value.Choose(field.Name, Reasons), field => field.Value.Count),
            Json = json,
        };
        RefuseRepeated(root, result.Queries);
        Reconcile(root, result);
        return result;
    }

    private static QueryInfluence ReadQuery(ResultField query) => new()
    {
        Name = query["query"].Text,
        Top = [.. query["top"].Items.Select(ReadRow)],
        Mean = query["mean"].Double,
        Deviation = query["deviation"].Double,
        Groups = query.Has("groups") ? [.. query["groups"].Items.Select(group => new GroupInfluence(group["group"].Text, group["rows"].Count, group["mean"].Double))] : [],
    };

    private static InfluentialRow ReadRow(ResultField row, int index) => new()
    {
        Rank = row["rank"].Count == index + 1 ? index + 1 : throw row["rank"].Wrong($"{index + 1}"),
        Shard = row["shard"].Text,
        Row = row["row"].Count,
        Id = row["id"].Id,
        Influence = row["influence"].Single,
        LossDifference = row["lossDifference"].Single,
        BaseLoss = row["baseLoss"].Single,
        ZScore = row["zScore"].Double,
    };

    private static void RefuseRepeated(ResultField root, ImmutableArray<QueryInfluence> queries)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (field, query) in root["queries"].Items.Zip(queries))
        {
            if (!names.Add(query.Name))
                throw field["query"].Wrong("a name that no query before has");
        }
    }

    /// <summary>expected = scored + unscorable.</summary>
    private static void Reconcile(ResultField root, InfluenceResult result)
    {
        var rows = result.UnscorableRows.Values.Aggregate((Int128)result.ScoredRows, (sum, count) => sum + count);
        if (rows != result.ExpectedRows)
            throw root["expectedRows"].Wrong($"{rows}, the scored and the unscorable rows");
    }
}
