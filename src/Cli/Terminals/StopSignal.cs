using System.Runtime.InteropServices;

namespace MirroredInfluence.Cli;

/// <summary>
/// Ctrl-C and SIGTERM as a cancellation. Whoever does not come to an end soon after, or is asked twice, is ended:
/// what a run keeps on disk is whole at every moment.
/// </summary>
internal sealed partial class StopSignal : IDisposable
{
    public const int ExitCode = 130;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1.5);

    private readonly CancellationTokenSource _source = new();
    private readonly Terminal _terminal;
    private readonly ITimer _deadline;
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignal(Terminal terminal)
    {
        _terminal = terminal;
        _deadline = terminal.Time.CreateTimer(_ => EndNow(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The end of "stopped: …".</summary>
    public string WhenStopped { get; set; } = "nothing was changed.";

    public void WriteStopped() => _terminal.Say($"mirrored: stopped: {WhenStopped}");

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _deadline.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_source.IsCancellationRequested)
            EndNow();
        _deadline.Change(Grace, Timeout.InfiniteTimeSpan);
        _source.Cancel();
    }

    /// <summary>Not Environment.Exit: handlers of native libraries would run under kernels that still compute.</summary>
    private void EndNow()
    {
        WriteStopped();
        Exit(ExitCode);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int status);
}
