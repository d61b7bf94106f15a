using System.Collections.Concurrent;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Grains;

/// <summary>The other silos, as one of them takes copies of weight sets from them and gives its own.</summary>
internal sealed class SiloPeers(IGrainFactory grains, ILocalSiloDetails self, TimeProvider time) : IObjectPeers
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50), Patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, string> _paths = new(StringComparer.Ordinal);                // of copies that are here
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _sources = new(StringComparer.Ordinal);  // of copies that are coming
    private readonly string _self = self.SiloAddress.ToParsableString();

    public string? PathOf(string copy) => _paths.GetValueOrDefault(copy);

    public async Task<bool> TryReadAsync(string copy, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        while (true)
        {
            var taking = _sources.GetOrAdd(copy, name => new Lazy<Task<string>>(() => TakeAsync(name)));
            var source = await taking.Value.WaitAsync(cancellationToken);
            if (source == CopyBoard.Store)
                return false;
            if (await ReadAsync(copy, source, offset, destination.Length, cancellationToken) is { } bytes)
            {
                bytes.CopyTo(destination);
                return true;
            }

            if (_sources.TryRemove(KeyValuePair.Create(copy, taking)))
                await TellAsync(copy, board => board.FailedAsync(source));
        }
    }

    public Task CopiedAsync(string copy, string path)
    {
        _sources.TryRemove(copy, out _);
        return _paths.TryAdd(copy, path) ? TellAsync(copy, board => board.CopiedAsync(_self)) : Task.CompletedTask;
    }

    /// <summary>Waits for a source. When it takes too long, or nobody says, it is the store.</summary>
    private async Task<string> TakeAsync(string copy)
    {
        _paths.TryRemove(copy, out _);
        for (var since = time.GetTimestamp(); time.GetElapsedTime(since) < Patience;)
        {
            try
            {
                if (await Board(copy).TakeAsync(_self) is { } source)
                    return source;
            }
            catch (Exception exception) when (GrainCalls.IsLost(exception, CancellationToken.None))
            {
                return CopyBoard.Store;
            }

            await Task.Delay(Pause, time);
        }

        return CopyBoard.Store;
    }

    private async Task<byte[]?> ReadAsync(string copy, string source, long offset, int count, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await grains.GetGrain<ICopyGrain>($"{source}|{copy}").ReadAsync(offset, count).WaitAsync(cancellationToken);
            return bytes?.Length == count ? bytes : null;
        }
        catch (Exception exception) when (GrainCalls.IsLost(exception, cancellationToken))
        {
            return null;
        }
    }

    /// <summary>A word that is lost costs a read of the store.</summary>
    private async Task TellAsync(string copy, Func<ICopiesGrain, Task> tell)
    {
        try
        {
            await tell(Board(copy));
        }
        catch (Exception exception) when (GrainCalls.IsLost(exception, CancellationToken.None))
        {
            // The silo that had the board is gone, and the board with it.
        }
    }

    private ICopiesGrain Board(string copy) => grains.GetGrain<ICopiesGrain>(copy);
}
