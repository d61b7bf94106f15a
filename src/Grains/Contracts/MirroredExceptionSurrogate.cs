namespace MirroredInfluence.Grains;

/// <summary>A failure on the wire: its kind and message, which is all that a caller acts on.</summary>
[GenerateSerializer]
[Alias("MirroredInfluence.MirroredExceptionSurrogate")]
public struct MirroredExceptionSurrogate
{
    [Id(0)]
    public FailureKind Kind { get; set; }

    [Id(1)]
    public string Message { get; set; }
}
