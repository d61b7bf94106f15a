using System.Collections.Concurrent;

namespace MirroredInfluence.Engine.Tests;

/// <summary>Keeps every report, on whatever thread it comes.</summary>
internal sealed class ProgressLog : IProgress<RunProgress>
{
    private readonly ConcurrentQueue<RunProgress> _reports = new();

    public IReadOnlyList<RunProgress> Reports => [.. _reports];

    public void Report(RunProgress value) => _reports.Enqueue(value);
}
