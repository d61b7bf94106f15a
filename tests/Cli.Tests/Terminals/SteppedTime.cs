namespace MirroredInfluence.Cli.Tests.Terminals;

/// <summary>Time that a test moves.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _milliseconds;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => _milliseconds;

    public void Advance(double seconds) => _milliseconds += (long)(seconds * 1000);
}
