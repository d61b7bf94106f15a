using System.Runtime.InteropServices;

namespace MirroredInfluence.Silo;

/// <summary>Ends a silo that can be of its cluster no more, with one line, so that its supervisor starts it again. Orleans' own way is an abort with a core dump.</summary>
internal sealed partial class FatalEnd : IFatalErrorHandler
{
    public bool IsUnexpected(Exception exception) => true;

    /// <param name="exception">Null when the silo finds itself declared dead.</param>
    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        var (kind, reason) = exception is null
            ? (FailureKind.Unavailable, "the other silos count this one as dead, since it did not answer them for a while: it was paused, cut off or overloaded")
            : (FailureKind.Internal, $"Orleans cannot go on: {context}: {exception.GetType().Name}: {exception.Message.TrimEnd('.')}");
        Console.Error.WriteLine($"silo: {reason}. What it had in hand goes to others. Start it again.");
        Exit(ExitCode.Of(kind));
    }

    /// <summary>Not Environment.Exit: handlers of native libraries would run under kernels that still compute.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int status);
}
