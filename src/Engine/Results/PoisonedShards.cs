using MirroredInfluence.Storage;

namespace MirroredInfluence.Engine;

/// <summary>A result without shards that were set aside is made only when they are allowed.</summary>
internal static class PoisonedShards
{
    /// <exception cref="MirroredException">Data: there are some.</exception>
    public static async Task RefuseAsync(RunDirectory directory, RunPlan plan, CancellationToken cancellationToken)
    {
        var poisoned = await directory.ReadPoisonedAsync(plan, cancellationToken);
        if (poisoned.Count == 0)
            return;

        var first = poisoned[0];
        throw Failure.Data(
            $"{poisoned.Count:N0} shards killed {BatchWorker.DeathsMax} workers each and were set aside, the first {first.Uri}, rows {first.RowStart:N0} to "
            + $"{first.RowStart + first.RowCount - 1:N0} (workers {string.Join(", ", first.Workers)}). Everything else is scored. Allow them with --allow-poisoned of "
            + "'mirrored work' or 'mirrored reduce', and their rows count as unscorable; or mend the cause, remove poisoned/ and workers/ from the run directory, and run again.");
    }
}
