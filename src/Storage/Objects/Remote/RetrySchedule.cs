using Azure.Core;

namespace MirroredInfluence.Storage;

/// <summary>How often and after which waits a remote store is asked again. With the defaults it is given up after about a minute of refusals.</summary>
internal sealed record RetrySchedule
{
    public int TriesMax { get; init; } = 8;

    /// <summary>Doubled with every try, ± 20 % at random.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    public TimeSpan DelayMax { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Of one request and its answer.</summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan DelayAfter(int tryNumber) => DelayStrategy.CreateExponentialDelayStrategy(FirstDelay, DelayMax).GetNextDelay(null, tryNumber);
}
