namespace MirroredInfluence.Grains;

/// <inheritdoc cref="ICopiesGrain"/>
internal sealed class CopiesGrain(TimeProvider time) : Grain, ICopiesGrain
{
    private readonly CopyBoard _board = new(time);

    public Task<string?> TakeAsync(string silo) => Task.FromResult(_board.Take(silo));

    public Task CopiedAsync(string silo)
    {
        _board.Copied(silo);
        return Task.CompletedTask;
    }

    public Task FailedAsync(string source)
    {
        _board.Failed(source);
        return Task.CompletedTask;
    }
}
