namespace MirroredInfluence.Grains;

/// <summary>The silos with lanes, as the coordinator of a run sees them.</summary>
/// <param name="rest">Before a silo that did not go on with the run is asked again.</param>
internal sealed class LaneSilos(IGrainFactory grains, TimeSpan rest, TimeProvider time)
{
    private readonly Dictionary<string, (RunFailure? Failure, long Since)> _resting = new(StringComparer.Ordinal);   // failure: a store or device that was unavailable; null: the silo stops

    public static string Of(LaneReport report) => report.Session[..report.Session.IndexOf('|', StringComparison.Ordinal)];

    /// <summary>Of a session that failed: with its silo, since others may see other files.</summary>
    public static RunFailure? FailureOf(LaneReport report) => report.Failure is { } failure ? failure with { Message = $"{failure.Message} (silo {report.Session.Split('@', '|')[0]})" } : null;

    /// <summary>Takes up what a session says of its silo.</summary>
    public void Hear(LaneReport report)
    {
        if (report.IsStopping || report.Failure is { Kind: FailureKind.Unavailable })
            _resting[Of(report)] = (FailureOf(report), time.GetTimestamp());
        else if (report.Done.Length > 0)
            _resting.Remove(Of(report));
    }

    /// <summary>Silos that can be asked to go on with the run, in order.</summary>
    /// <returns>And why none can, if so.</returns>
    public async Task<(string[] Silos, RunFailure? Failure)> AskableAsync()
    {
        string[] silos;
        try
        {
            silos = await grains.GetGrain<IRunsGrain>(0).SilosAsync();
        }
        catch (Exception exception) when (GrainCalls.IsLost(exception, CancellationToken.None))
        {
            return ([], null);   // its silo died: it comes back on another
        }

        var failures = silos.Select(silo => _resting.GetValueOrDefault(silo).Failure).ToArray();
        return ([.. silos.Where(IsAskable).Order(StringComparer.Ordinal)], Array.TrueForAll(failures, failure => failure is not null) ? failures.FirstOrDefault() : null);
    }

    /// <summary>The silo has said that it does not go on.</summary>
    public bool IsResting(string silo) => _resting.ContainsKey(silo);

    private bool IsAskable(string silo) => !_resting.TryGetValue(silo, out var last) || time.GetElapsedTime(last.Since) > rest;
}
