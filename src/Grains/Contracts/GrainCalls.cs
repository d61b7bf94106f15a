namespace MirroredInfluence.Grains;

/// <summary>What becomes of calls while silos come and go.</summary>
public static class GrainCalls
{
    /// <summary>The call was lost: its silo died or is leaving, or it could not be found out in time where the grain lives, which Orleans calls cancelled. It can be repeated.</summary>
    /// <param name="stop">The caller's own: when it is cancelled, so is the call.</param>
    public static bool IsLost(Exception exception, CancellationToken stop) =>
        exception is OrleansException or TimeoutException || (exception is OperationCanceledException && !stop.IsCancellationRequested);
}
