namespace MirroredInfluence.Engine;

/// <summary>ℓ(z; θ̂) of a shard's rows: known before, or kept as they are computed. Runs that share a scan share them.</summary>
internal sealed class ShardBaseLosses
{
    private readonly Shard _shard;

    /// <param name="known">Shape [draws, rows], or null to compute them.</param>
    public ShardBaseLosses(Shard shard, int drawCount, float[]? known)
    {
        (_shard, AreKnown) = (shard, known is not null);
        if (known is null)
            (known = new float[drawCount * (long)shard.RowCount]).AsSpan().Fill(float.NaN);
        Values = known;
    }

    public bool AreKnown { get; }

    /// <summary>Shape [draws, rows]; NaN where a row cannot be read.</summary>
    public float[] Values { get; }

    /// <returns>False when a row's is not known, or was no number: the model tells again why.</returns>
    public bool TryRead(MiniBatch miniBatch, int draw, Span<float> slots)
    {
        if (!AreKnown)
            return false;

        var known = Of(miniBatch, draw);
        known.CopyTo(slots);
        for (var row = 0; row < known.Length; row++)
        {
            if (float.IsNaN(known[row]) && miniBatch.Reasons[row] == UnscorableReason.None)
                return false;
        }

        return true;
    }

    /// <summary>Keeps the losses of rows, not those of the slots that only fill the mini-batch.</summary>
    public void Keep(MiniBatch miniBatch, int draw, ReadOnlySpan<float> slots)
    {
        var kept = Of(miniBatch, draw);
        for (var row = 0; row < kept.Length; row++)
            kept[row] = miniBatch.Reasons[row] == UnscorableReason.None ? slots[row] : float.NaN;
    }

    private Span<float> Of(MiniBatch miniBatch, int draw) =>
        Values.AsSpan((int)((draw * (long)_shard.RowCount) + miniBatch.RowStart - _shard.RowStart), miniBatch.RowCount);
}
