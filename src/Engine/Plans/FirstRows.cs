using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>The first mini-batch of a file under a model, for who wants to see that they fit.</summary>
/// <param name="RowCount">Rows tried.</param>
/// <param name="LossCount">Those with a finite loss.</param>
public readonly record struct FirstRows(int RowCount, int LossCount)
{
    /// <summary>A run of one file over itself.</summary>
    public static RunSpec SpecOf(string model, string path) => new()
    {
        Model = new ModelSpec { Uri = model },
        Train = new TrainSpec { Shards = [path] },
        Test = new TestSpec { Shards = [path], Rows = "0" },
    };

    /// <param name="spec">Of one file, which has rows and a source for each argument.</param>
    /// <exception cref="MirroredException">As for a run.</exception>
    public static async Task<FirstRows> TryAsync(DataFiles data, BaseModel model, RunSpec spec, TimeProvider time, CancellationToken cancellationToken)
    {
        var run = new Planner(data, digests: null, time).Plan(spec, model, cancellationToken);
        var scored = await Rehearsal.ScoreFirstAsync(run with { Queries = [] }, [], model, time, cancellationToken);
        var rowCount = scored.Shard.RowCount;
        return new FirstRows(rowCount, Enumerable.Range(0, rowCount).Count(row => scored.BaseLosses.Skip(row).Where((_, i) => i % rowCount == 0).All(float.IsFinite)));
    }
}
