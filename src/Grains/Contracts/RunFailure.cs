namespace MirroredInfluence.Grains;

/// <summary>What a run, or a silo's share of it, failed with.</summary>
[GenerateSerializer]
[Alias("MirroredInfluence.RunFailure")]
public sealed record RunFailure([property: Id(0)] FailureKind Kind, [property: Id(1)] string Message)
{
    public static RunFailure Of(MirroredException exception) => new(exception.Kind, exception.Message);

    public MirroredException ToException() => new(Kind, Message);
}
