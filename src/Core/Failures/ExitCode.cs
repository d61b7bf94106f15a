namespace MirroredInfluence;

/// <summary>What a program ends with.</summary>
public static class ExitCode
{
    public static int Of(FailureKind kind) => kind switch
    {
        FailureKind.Invalid => 2,
        FailureKind.Data => 3,
        FailureKind.Unavailable => 4,
        _ => 70,
    };
}
