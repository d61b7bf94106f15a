namespace MirroredInfluence.Grains;

/// <summary>What the ledger keeps of a run: the order, and how the run ended, if it has.</summary>
internal sealed record LedgerEntry
{
    public required string Directory { get; init; }

    public required string Spec { get; init; }

    public required int Priority { get; init; }

    public required bool AllowPoisoned { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>Finished, failed, cancelled, or null.</summary>
    public RunPhaseCode? End { get; init; }

    public RunFailure? Failure { get; init; }

    /// <summary>Units done when it ended.</summary>
    public long DoneCount { get; init; }

    public long TotalCount { get; init; }

    public long UnscorableRowCount { get; init; }

    public static LedgerEntry Of(RunOrder order, DateTimeOffset submittedAt) => new()
    {
        Directory = order.Directory,
        Spec = order.Spec,
        Priority = order.Priority,
        AllowPoisoned = order.AllowPoisoned,
        SubmittedAt = submittedAt,
    };

    public RunOrder ToOrder() => new() { Directory = Directory, Spec = Spec, Priority = Priority, AllowPoisoned = AllowPoisoned };
}
