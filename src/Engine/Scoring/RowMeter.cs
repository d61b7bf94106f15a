namespace MirroredInfluence.Engine;

/// <summary>
/// Counts the rows of a run on all lanes, and ends the run when too many of them are unscorable: more than <c>score.maxUnscorable</c> of
/// all rows the run expects, so that a bad first shard does not end a run that is good as a whole.
/// </summary>
/// <param name="isRehearsal">The rows will be scored again, and are counted then.</param>
internal sealed class RowMeter(ProgressMeter progress, RunPlan plan, double maxUnscorable, bool isRehearsal = false)
{
    private readonly UnscorableLimit _limit = new(plan, maxUnscorable);
    private string? _modelError;

    /// <param name="reasons">Of a mini-batch's rows.</param>
    /// <param name="ofShard">The shard's unscorable rows so far, for the message.</param>
    /// <exception cref="MirroredException">Data: too many unscorable rows.</exception>
    public void Add(ReadOnlySpan<UnscorableReason> reasons, UnscorableRows ofShard)
    {
        var unscorableCount = reasons.Length - reasons.Count(UnscorableReason.None);
        progress.Add(reasons.Length);
        if (!isRehearsal)
            EngineTelemetry.Scored(reasons, unscorableCount);
        if (unscorableCount > 0)
            Check(progress.AddUnscorable(unscorableCount), ofShard);
    }

    /// <summary>Tells of the first row on which the model fails.</summary>
    /// <param name="row">File:row.</param>
    /// <param name="reason">What it counts as.</param>
    public void NoticeModelError(string row, string message, UnscorableReason reason)
    {
        var found = $"The model fails on {row}: {message}";
        if (Interlocked.CompareExchange(ref _modelError, found, null) is null)
            progress.Notice($"{found} Such rows count as unscorable ({SpecName.Of(reason)}).");
    }

    /// <param name="unscorableCount">Of the run so far.</param>
    /// <param name="some">At least one of them.</param>
    /// <exception cref="MirroredException">Data: too many unscorable rows.</exception>
    public void Check(long unscorableCount, UnscorableRows some) => _limit.Check(unscorableCount, some.Sample, _modelError);
}
