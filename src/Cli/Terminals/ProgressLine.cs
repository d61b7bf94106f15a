namespace MirroredInfluence.Cli;

/// <summary>
/// Progress on the error stream: one line written over and over on a terminal, a plain line every few seconds elsewhere.
/// </summary>
internal sealed class ProgressLine(Terminal terminal)
{
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private long _writtenAt = terminal.Time.GetTimestamp();
    private bool _isLineOpen;

    /// <summary>Shows the line when the last one is old enough; else it is not even made.</summary>
    public void Update(Func<string> line)
    {
        if (terminal.Time.GetElapsedTime(_writtenAt) < (terminal.IsErrorInteractive ? RedrawInterval : PlainInterval))
            return;
        _writtenAt = terminal.Time.GetTimestamp();
        if (!terminal.IsErrorInteractive)
        {
            terminal.Error.WriteLine(line());
            return;
        }

        var text = line();
        terminal.Error.Write($"\r\u001b[K{(text.Length < terminal.Width ? text : text[..(terminal.Width - 1)])}");
        _isLineOpen = true;
    }

    /// <summary>Wipes the line that is being written over, so that other text can follow.</summary>
    public void Clear()
    {
        if (_isLineOpen)
            terminal.Error.Write("\r\u001b[K");
        _isLineOpen = false;
    }
}
