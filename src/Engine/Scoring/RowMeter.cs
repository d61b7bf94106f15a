namespace MirroredInfluence.Engine;

/// <summary>
/// Counts the rows of a run on all lanes, and ends the run when too many of them are unscorable: more than <c>score.maxUnscorable</c> of
/// all rows the run expects, so that a bad first shard does not end a run that is good as a whole.
/// </summary>
internal sealed class RowMeter(ProgressMeter progress, long expectedRowCount, double maxUnscorable)
{
    /// <param name="rowCount">Rows of a mini-batch.</param>
    /// <param name="unscorableCount">Those of them that are unscorable.</param>
    /// <param name="ofShard">The shard's unscorable rows so far, for the message.</param>
    /// <exception cref="MirroredException">Data: too many unscorable rows.</exception>
    public void Add(int rowCount, int unscorableCount, UnscorableRows ofShard)
    {
        progress.Add(rowCount);
        if (unscorableCount > 0)
            Check(progress.AddUnscorable(unscorableCount), ofShard);
    }

    /// <param name="unscorableCount">Of the run so far.</param>
    /// <param name="some">At least one of them.</param>
    /// <exception cref="MirroredException">Data: too many unscorable rows.</exception>
    public void Check(long unscorableCount, UnscorableRows some)
    {
        if ((double)unscorableCount / expectedRowCount <= maxUnscorable)
            return;

        var reasons = string.Join(", ", some.CountsByReason.Select(reason => $"{reason.Value:N0} {SpecName.Of(reason.Key)}"));
        var first = some.Sample[0];
        var id = first.Id.IsNull ? "" : $" (id {first.Id})";
        throw Failure.Data(
            $"{unscorableCount:N0} of {expectedRowCount:N0} training rows cannot be scored; expected at most {100 * maxUnscorable:G3} %. "
            + $"Some of them: {reasons}, from training row {first.TrainRow:N0}{id} on. "
            + "Mend the data, or raise score.maxUnscorable, and run again: finished shards are kept.");
    }
}
