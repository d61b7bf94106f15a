namespace MirroredInfluence;

/// <summary>
/// What a run computes. Read strictly from JSON (docs/formats/run-spec.md): an unknown field is refused, and every
/// field is also a command-line flag (<c>ascent.learningRate</c> is <c>--ascent-learning-rate</c>).
/// </summary>
public sealed record RunSpec
{
    public required ModelSpec Model { get; init; }

    public required TrainSpec Train { get; init; }

    public required TestSpec Test { get; init; }

    public AscentSpec Ascent { get; init; } = new();

    public ScoreSpec Score { get; init; } = new();

    public ComputeSpec Compute { get; init; } = new();

    public ReportSpec Report { get; init; } = new();

    /// <summary>Seeds all noise of the run. Default 0.</summary>
    public ulong Seed { get; init; }
}
