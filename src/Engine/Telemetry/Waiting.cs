using System.Diagnostics;

namespace MirroredInfluence.Engine;

/// <summary>Counts the time until it is disposed as waiting.</summary>
internal readonly struct Waiting(WaitCause cause) : IDisposable
{
    private readonly long _startedAt = Stopwatch.GetTimestamp();

    public void Dispose() => EngineTelemetry.Waited(cause, Stopwatch.GetElapsedTime(_startedAt));
}
