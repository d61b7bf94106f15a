namespace MirroredInfluence.Engine;

/// <summary>The share of a run's rows that may be unscorable, <c>score.maxUnscorable</c> (docs/decisions/0006).</summary>
internal sealed class UnscorableLimit(RunPlan plan, double maxUnscorable)
{
    private const int RowsNamedMax = 3;

    /// <param name="some">At least one of the rows.</param>
    /// <param name="modelError">What the model said of one, or null.</param>
    /// <exception cref="MirroredException">Data: too many unscorable rows.</exception>
    public void Check(long unscorableCount, IEnumerable<UnscorableRow> some, string? modelError = null)
    {
        if ((double)unscorableCount / plan.RowCount <= maxUnscorable)
            return;

        throw Failure.Data(
            $"{unscorableCount:N0} of {plan.RowCount:N0} training rows cannot be scored so far; expected at most {100 * maxUnscorable:G3} %. "
            + $"Among them: {string.Join(", ", some.Take(RowsNamedMax).Select(Name))}. {(modelError is null ? "" : $"{modelError} ")}"
            + "Mend the data and run into another directory, or raise score.maxUnscorable and run again, which keeps finished shards.");
    }

    /// <summary>"/data/train.arrow:17 (id 1017, null)".</summary>
    private string Name(UnscorableRow row)
    {
        var (fileIndex, fileRow) = plan.Locate(row.TrainRow);
        var id = row.Id.IsNull ? "" : $"id {row.Id}, ";
        return $"{plan.Files[fileIndex].Uri}:{fileRow} ({id}{SpecName.Of(row.Reason)})";
    }
}
