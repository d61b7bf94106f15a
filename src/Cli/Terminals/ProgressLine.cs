namespace MirroredInfluence.Cli;

/// <summary>
/// Progress on the error stream: one line written over and over on a terminal, a plain line every few seconds elsewhere.
/// </summary>
internal sealed class ProgressLine(Terminal terminal)
{
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private long _writtenAt = terminal.Time.GetTimestamp();

    /// <summary>Shows the line when the last one is old enough; else it is not even made.</summary>
    public void Update(Func<string> line)
    {
        if (terminal.Time.GetElapsedTime(_writtenAt) < (terminal.IsErrorInteractive ? RedrawInterval : PlainInterval))
            return;
        _writtenAt = terminal.Time.GetTimestamp();
        if (terminal.IsErrorInteractive)
            terminal.SayForNow(line());
        else
            terminal.Say(line());
    }
}
