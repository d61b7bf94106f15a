using System.Diagnostics;
using MirroredInfluence.Grains;

namespace MirroredInfluence.Client;

/// <summary>Calls a grain until it is reached: a silo that dies takes calls with it, and its grains come back on others. All calls of the client can be repeated.</summary>
internal static class ClusterCall
{
    // A silo that died is found dead after some probes, and where most died at once, after some more.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1), FirstPause = TimeSpan.FromMilliseconds(200), PauseMax = TimeSpan.FromSeconds(3);

    /// <exception cref="MirroredException">What the grain says; Unavailable: it is not reached.</exception>
    public static async Task<T> OfAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        long? failingSince = null;
        for (var pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, PauseMax.Ticks)))
        {
            try
            {
                return await call().WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (GrainCalls.IsLost(exception, cancellationToken))
            {
                failingSince ??= Stopwatch.GetTimestamp();
                if (Stopwatch.GetElapsedTime(failingSince.Value) > Patience)
                    throw Failure.Unavailable($"The cluster has not answered for a minute: look whether its silos run. What was submitted goes on when they are back. Orleans says: {exception.Message.Split('\n')[0].TrimEnd()}", exception);
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public static Task OfAsync(Func<Task> call, CancellationToken cancellationToken) => OfAsync(
        async () =>
        {
            await call().ConfigureAwait(false);
            return true;
        },
        cancellationToken);
}
