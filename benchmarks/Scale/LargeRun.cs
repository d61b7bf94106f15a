using System.Collections.Immutable;
using System.Globalization;

namespace MirroredInfluence.Scale;

/// <summary>A run of very many shards, whose files are not there.</summary>
internal sealed record LargeRun(RunManifest Manifest, RunPlan Plan)
{
    public const int ShardRows = 10_000;

    public static LargeRun Of(int shardCount, int shardsPerFile = 1, int topK = 100)
    {
        ImmutableArray<DataFile> files = [.. Enumerable.Range(0, shardCount / shardsPerFile).Select(index => new DataFile
        {
            Uri = string.Create(CultureInfo.InvariantCulture, $"az://account/laion-2b/images/part-{index:D6}.arrow"),
            Digest = string.Create(CultureInfo.InvariantCulture, $"{index:x64}"),
            RowCount = shardsPerFile * ShardRows,
        })];
        var spec = new RunSpec
        {
            Model = new ModelSpec { Uri = "/model.pt" },
            Train = new TrainSpec { Shards = ["/train-*.arrow"] },
            Test = new TestSpec { Shards = ["/test.arrow"] },
            Score = new ScoreSpec { TopK = topK },
        };
        var inputs = new RunInputs { ModelDigest = new string('0', 64), Train = files, Test = [], Columns = ImmutableSortedDictionary<string, ColumnSpec>.Empty };
        return new LargeRun(RunManifest.Create(spec, inputs, "0.1.0"), RunPlan.Cut(files, ShardRows, miniBatchRows: 1));
    }
}
