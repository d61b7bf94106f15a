using System.Collections.Immutable;
using MirroredInfluence.Storage;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>A run that has been checked against its model and its data: all that is needed to ascend and score.</summary>
public sealed record PlannedRun
{
    /// <summary>The spec, what was found, and the run's id.</summary>
    public required RunManifest Manifest { get; init; }

    /// <summary>The training files, cut into shards.</summary>
    public required RunPlan Plan { get; init; }

    /// <summary>In order of their first test row.</summary>
    public required ImmutableArray<Query> Queries { get; init; }

    /// <summary>With the types that the first training file stores; <see cref="BoundFile.Layout"/> has those of another.</summary>
    public required ArgumentLayout Layout { get; init; }

    /// <summary>Opens its files.</summary>
    public required DataFiles Data { get; init; }

    public RunSpec Spec => Manifest.Spec;

    /// <summary>Noise and timestep draws a row; 1 without <c>score.draws</c>.</summary>
    public int DrawCount => Spec.Score.Draws?.Count ?? 1;

    /// <summary>What a query's weight set is of.</summary>
    internal string WeightsOf(Query query) => $"run {Manifest.Run}, query {query.Name}";

    internal BoundFiles OpenTrainFiles() => new(Data, Plan.Files, Layout, Spec.Train.Id, Spec.Train.Group);

    /// <summary>The same, and a file whose rows are others than when the run was planned is refused: for who did not plan it.</summary>
    internal BoundFiles OpenTrainFiles(DigestCache digests, CancellationToken cancellationToken) => new(
        Data, Plan.Files, Layout, Spec.Train.Id, Spec.Train.Group, file => Planner.DigestOf(file, Spec.Train.Id, Spec.Train.Group, digests, cancellationToken));

    internal BoundFiles OpenTestFiles() => new(Data, Manifest.Inputs.Test, Layout, id: null, group: null);
}
