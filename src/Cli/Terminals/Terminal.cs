namespace MirroredInfluence.Cli;

/// <summary>Where a verb talks: results to <see cref="Output"/>, everything about the work to the error stream, from any thread.</summary>
internal sealed class Terminal(TextWriter output, TextWriter error, TimeProvider time)
{
    private const string ClearLine = "\r\e[K";

    private readonly Lock _lock = new();
    private bool _isLineOpen;

    public TextWriter Output { get; } = output;

    public TimeProvider Time { get; } = time;

    /// <summary>Columns of the output; a fixed number when piped, so that piped help is the same everywhere.</summary>
    public int Width { get; init; } = 100;

    /// <summary>A line of the error stream can be written over.</summary>
    public bool IsErrorInteractive { get; init; }

    /// <summary>Colour is wanted and can be shown. https://no-color.org</summary>
    public bool UsesColor { get; init; }

    /// <summary>A line about the work.</summary>
    public void Say(string text)
    {
        lock (_lock)
        {
            error.WriteLine((_isLineOpen ? ClearLine : "") + text);
            _isLineOpen = false;
        }
    }

    /// <summary>A line that the next one replaces. Only where <see cref="IsErrorInteractive"/>.</summary>
    public void SayForNow(string text)
    {
        lock (_lock)
        {
            error.Write(ClearLine + (text.Length < Width ? text : text[..(Width - 1)]));
            _isLineOpen = true;
        }
    }

    /// <summary>Wipes a line that was said for now, before anything goes to <see cref="Output"/>.</summary>
    public void WipeLine()
    {
        lock (_lock)
        {
            if (_isLineOpen)
                error.Write(ClearLine);
            _isLineOpen = false;
        }
    }

    public static Terminal OfThisProcess() => new(Console.Out, Console.Error, TimeProvider.System)
    {
        Width = Console.IsOutputRedirected || Console.WindowWidth < 60 ? 100 : Math.Min(Console.WindowWidth, 120),
        IsErrorInteractive = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb",
        UsesColor = !Console.IsOutputRedirected
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") is not ("dumb" or null),
    };
}
