namespace MirroredInfluence.Client.Embedded;

public sealed record EmbeddedOptions
{
    /// <summary>Runs that are computed at the same time; 1 or more. A run uses all the lanes its spec gives it, so that more than one makes none of them sooner.</summary>
    public int RunsAtOnce
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    }
    = 1;
}
