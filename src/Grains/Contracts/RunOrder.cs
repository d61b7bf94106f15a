namespace MirroredInfluence.Grains;

/// <summary>What was asked for.</summary>
[GenerateSerializer]
[Alias("MirroredInfluence.RunOrder")]
public sealed record RunOrder
{
    /// <summary>The run directory, which names the run.</summary>
    [Id(0)]
    public required string Directory { get; init; }

    /// <summary>The spec as JSON, whose reader refuses what it does not know.</summary>
    [Id(1)]
    public required string Spec { get; init; }

    /// <summary>0 to 100: share of lane time, beside other runs; 0 pauses.</summary>
    [Id(2)]
    public required int Priority { get; init; }

    /// <summary>Finish without shards that killed their processes.</summary>
    [Id(3)]
    public required bool AllowPoisoned { get; init; }

    /// <summary>A run that is under way keeps the priority that it has.</summary>
    [Id(4)]
    public bool KeepsPriority { get; init; }
}
