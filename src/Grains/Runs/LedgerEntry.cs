namespace MirroredInfluence.Grains;

/// <summary>What the ledger keeps of a run: the order, and how the run ended, if it has.</summary>
internal sealed record LedgerEntry
{
    public required RunOrder Order { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>Finished, failed, cancelled, or null.</summary>
    public RunState? End { get; init; }

    public RunFailure? Failure { get; init; }

    /// <summary>Units done when it ended.</summary>
    public long DoneCount { get; init; }

    public long TotalCount { get; init; }

    public long UnscorableRowCount { get; init; }
}
