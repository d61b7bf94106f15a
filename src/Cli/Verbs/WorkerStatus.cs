using System.Collections.Immutable;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Cli;

/// <summary>The latest session of a worker.</summary>
internal sealed record WorkerStatus
{
    private static readonly TimeSpan LatelyMax = TimeSpan.FromMinutes(1);

    public required int Worker { get; init; }

    public required string Host { get; init; }

    public required int Session { get; init; }

    /// <summary>Since its last sign of life, by the clocks of both machines.</summary>
    public required double SecondsAgo { get; init; }

    public required bool HasEnded { get; init; }

    public required long RowCount { get; init; }

    public required double RowsPerSecond { get; init; }

    /// <summary>Plan, weights or result that it makes.</summary>
    public required ImmutableArray<string> Making { get; init; }

    /// <summary>Shards that it scores.</summary>
    public required ImmutableArray<int> Shards { get; init; }

    public bool IsSeenLately => !HasEnded && SecondsAgo <= LatelyMax.TotalSeconds;

    public static WorkerStatus Of(WorkerRecord record, DateTimeOffset now)
    {
        var seconds = (record.SeenAt - record.StartedAt).TotalSeconds;
        return new WorkerStatus
        {
            Worker = record.WorkerIndex,
            Host = record.Host,
            Session = record.Session,
            SecondsAgo = Math.Max(0, (now - record.SeenAt).TotalSeconds),
            HasEnded = record.HasEnded,
            RowCount = record.RowCount,
            RowsPerSecond = seconds > 0 ? record.RowCount / seconds : 0,
            Making = record.Making,
            Shards = record.Shards,
        };
    }

    public override string ToString() => (HasEnded, IsSeenLately, Making, Shards) switch
    {
        (true, _, _, _) => "ended",
        (_, false, _, _) => $"silent for {Quantity.Duration(SecondsAgo)}{(Shards.IsEmpty ? "" : $", since it took shard {string.Join(", ", Shards)}")}",
        (_, _, { IsEmpty: false }, _) => $"makes {Making[0]}{(Making.Length > 1 ? $" and {Making.Length - 1:N0} more" : "")}",
        (_, _, _, { IsEmpty: false }) => $"scores shard {string.Join(", ", Shards)}",
        _ => "waits",
    };
}
