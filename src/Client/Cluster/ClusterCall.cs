
namespace MirroredInfluence.Client;

/// <summary>Calls a grain until it is reached: a silo that dies takes calls with it, and its grains come back on others. All calls of the client can be repeated.</summary>
internal static class ClusterCall
{
    private const int TriesMax = 8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    /// <exception cref="MirroredException">What the grain says; Unavailable: it is not reached.</exception>
    public static async Task<T> OfAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        for (var tryCount = 1; ; tryCount++)
        {
            try
            {
                return await call().WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is OrleansException or TimeoutException)
            {
                if (tryCount == TriesMax)
                    throw Failure.Unavailable($"The cluster does not answer: {exception.Message} What was submitted goes on when it is back.", exception);
                await Task.Delay(FirstPause * (1 << tryCount), cancellationToken).ConfigureAwait(false);
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
