namespace MirroredInfluence.EndToEnd.Tests;

/// <summary>Where the run of a trial is.</summary>
internal sealed record TrialPlace : IDisposable
{
    public required string Out { get; init; }

    /// <summary>What its workers need to reach it.</summary>
    public required Dictionary<string, string> Environment { get; init; }

    /// <summary>A blob store is asked less often, since it costs more than a worker's arithmetic.</summary>
    public required double BeatSeconds { get; init; }

    /// <summary>Rises as the run goes on, by about a hundred in all.</summary>
    public required Func<int> Count { get; init; }

    public required Func<string, Task<byte[]>> ReadAsync { get; init; }

    /// <summary>Removes a part of the run directory, <c>poisoned/</c> say.</summary>
    public required Func<string, Task> RemoveAsync { get; init; }

    public IDisposable? Proxy { get; init; }

    public void Dispose() => Proxy?.Dispose();
}
