using System.ComponentModel;

namespace MirroredInfluence;

/// <summary>
/// What a run computes. Read strictly from JSON (docs/formats/run-spec.md): an unknown field is refused, and every
/// field is also a command-line flag (<c>ascent.learningRate</c> is <c>--ascent-learning-rate</c>).
/// Attributes on the fields are the one place for descriptions and ranges; reader, writer, flags and documentation come from them.
/// </summary>
public sealed record RunSpec
{
    [OutsideIdentity]
    public required ModelSpec Model { get; init; }

    public required TrainSpec Train { get; init; }

    public required TestSpec Test { get; init; }

    public AscentSpec Ascent { get; init; } = new();

    public ScoreSpec Score { get; init; } = new();

    [OutsideIdentity]
    public ComputeSpec Compute { get; init; } = new();

    [OutsideIdentity]
    public ReportSpec Report { get; init; } = new();

    [Description("Seeds all noise of the run.")]
    public ulong Seed { get; init; }
}
