using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>The first mini-batch of a file under a model, for who wants to see that they fit.</summary>
/// <param name="RowCount">Rows tried.</param>
/// <param name="LossCount">Those with a finite loss.</param>
public readonly record struct FirstRows(int RowCount, int LossCount)
{
    /// <param name="path">A file with rows and a column for each argument.</param>
    /// <exception cref="MirroredException">As for a run.</exception>
    public static async Task<FirstRows> TryAsync(DataFiles data, BaseModel model, string path, TimeProvider time, CancellationToken cancellationToken)
    {
        var spec = new RunSpec
        {
            Model = new ModelSpec { Uri = model.Path },
            Train = new TrainSpec { Shards = [path] },
            Test = new TestSpec { Shards = [path], Rows = "0" },
        };
        var run = new Planner(data, digests: null, time).Plan(spec, model, cancellationToken);
        var scored = await Rehearsal.ScoreFirstAsync(run with { Queries = [] }, [], model, time, cancellationToken);
        return new FirstRows(scored.Shard.RowCount, scored.BaseLosses.Count(float.IsFinite));
    }
}
