namespace MirroredInfluence.Client.Embedded;

/// <summary>A directory by its name: the run that was submitted to it last.</summary>
internal sealed class EmbeddedRun(string directory, EmbeddedClient client) : IRun
{
    public string Directory => directory;

    public Task<RunStatus> StatusAsync(CancellationToken cancellationToken = default) => Task.FromResult(client.Find(directory).Status);

    public IAsyncEnumerable<RunStatus> WatchAsync(CancellationToken cancellationToken = default) => client.Find(directory).WatchAsync(cancellationToken);

    public Task<InfluenceResult> ResultAsync(CancellationToken cancellationToken = default) => client.Find(directory).ResultAsync(cancellationToken);

    public Task<InfluenceResult?> ResultSoFarAsync(CancellationToken cancellationToken = default) => client.Find(directory).ResultSoFarAsync(cancellationToken);

    public Task SetPriorityAsync(int priority, CancellationToken cancellationToken = default)
    {
        RunOptions.CheckPriority(priority);
        client.Find(directory).SetPriority(priority);
        return Task.CompletedTask;
    }

    public Task CancelAsync(CancellationToken cancellationToken = default) => client.Find(directory).CancelAsync().WaitAsync(cancellationToken);
}
