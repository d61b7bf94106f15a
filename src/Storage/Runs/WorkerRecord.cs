using System.Collections.Immutable;

namespace MirroredInfluence.Storage;

/// <summary>
/// What a worker says of itself, in <c>workers/&lt;worker&gt;-&lt;session&gt;.json</c>: replaced at every beat, never part of a result. Others learn from it who
/// is there and what not to do twice, and, when it falls silent, what it died at.
/// </summary>
public sealed record WorkerRecord
{
    /// <summary>0-based, below <see cref="WorkerCount"/>.</summary>
    public required int WorkerIndex { get; init; }

    public required int WorkerCount { get; init; }

    /// <summary>Starts of this worker before this one.</summary>
    public required int Session { get; init; }

    public required string Host { get; init; }

    public required int ProcessId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>By the worker's own clock: for people. Whether it lives is told by <see cref="Beat"/> going on.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    public required long Beat { get; init; }

    /// <summary>It came to an end of its own: what it held did not kill it.</summary>
    public bool HasEnded { get; init; }

    /// <summary>What it is making: <c>plan</c>, <c>weights/&lt;query&gt;</c>, <c>result</c>.</summary>
    public ImmutableArray<string> Making { get; init; } = [];

    /// <summary>Indexes of the shards it is scoring.</summary>
    public ImmutableArray<int> Shards { get; init; } = [];

    /// <summary>Rows scored in this session.</summary>
    public long RowCount { get; init; }

    public long UnscorableRowCount { get; init; }
}
