namespace MirroredInfluence.Cli;

/// <summary>Where a verb talks: results to <see cref="Output"/>, everything about the work to <see cref="Error"/>.</summary>
internal sealed class Terminal(TextWriter output, TextWriter error, TimeProvider time)
{
    public TextWriter Output { get; } = output;

    public TextWriter Error { get; } = error;

    public TimeProvider Time { get; } = time;

    /// <summary>Columns of the output; a fixed number when piped, so that piped help is the same everywhere.</summary>
    public int Width { get; init; } = 100;

    /// <summary>A line of <see cref="Error"/> can be written over.</summary>
    public bool IsErrorInteractive { get; init; }

    /// <summary>Colour is wanted and can be shown. https://no-color.org</summary>
    public bool UsesColor { get; init; }

    public static Terminal OfThisProcess() => new(Console.Out, Console.Error, TimeProvider.System)
    {
        Width = Console.IsOutputRedirected || Console.WindowWidth < 60 ? 100 : Math.Min(Console.WindowWidth, 120),
        IsErrorInteractive = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb",
        UsesColor = !Console.IsOutputRedirected
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") is not ("dumb" or null),
    };
}
