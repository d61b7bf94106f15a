namespace MirroredInfluence.EndToEnd.Tests;

/// <summary>
/// Workers killed at random moments, started again and joined by others with another number, end in the bytes of a run that nobody disturbed. The environment
/// sets how many trials there are of each kind, MIRRORED_TRIALS, and the first seed, MIRRORED_TRIALS_SEED. What a trial takes is the starts of its processes: its run is small.
/// </summary>
public sealed class TrialTests : IAsyncLifetime
{
    private const string AccountName = "AZURE_STORAGE_CONNECTION_STRING";
    private const int TrialCountDefault = 1, SeedDefault = 7, TrialsAtOnce = 2;
    private const double SpoiltShare = 0.05;

    private static readonly string[] s_flags =
    [
        "--model-uri", Repository.Path("tests", "Engine.Tests", "Models", "exponential.pt"), "--train-id", "id",
        "--score-mini-batch-rows", "2", "--compute-shard-rows", "4", "--compute-lanes", "1",
    ];

    private static readonly string[] s_localRows = [.. s_flags, "--train-shards", "train-*.arrow", "--test-shards", "test.arrow", "--compute-cache", "none"];

    private static readonly string[] s_results = ["result.json", "result.arrow"];

    private readonly TemporaryFolder _work = new();

    public async ValueTask InitializeAsync()
    {
        var random = new Random(0);
        await ImportAsync("train", rowCount: 160, "--id", "id", "--shards", "2");
        await ImportAsync("test.arrow", rowCount: 3);
        Task<string> ImportAsync(string name, int rowCount, params string[] options)
        {
            _work.Write("rows.csv", "a,b,c,d\n" + string.Concat(Enumerable.Range(0, rowCount).Select(_ => FormattableString.Invariant(
                $"{random.NextSingle()},{random.NextSingle()},{random.NextSingle()},{random.NextSingle()}\n"))));
            return Mirrored.MustRunAsync(_work.Path, ["import", "x=rows.csv:*", "--out", name, .. options]);
        }
    }

    public ValueTask DisposeAsync()
    {
        _work.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public Task InAFolder() => TryAsync([], _ => s_localRows, seed => new TrialPlace
    {
        Out = $"trial-{seed}",
        Environment = [],
        BeatSeconds = 0.5,
        Count = () => Directory.Exists(_work.File($"trial-{seed}")) ? Directory.EnumerateFiles(_work.File($"trial-{seed}"), "*", SearchOption.AllDirectories).Count() : 0,
        ReadAsync = name => File.ReadAllBytesAsync(_work.File($"trial-{seed}/{name}")),
        RemoveAsync = name =>
        {
            Directory.Delete(_work.File($"trial-{seed}/{name}"), recursive: true);
            return Task.CompletedTask;
        },
    });

    [Fact]
    public Task InABlobStore() => TryInBlobsAsync(spoiltShare: 0);

    [Fact]
    public Task InABlobStoreThatSpoilsRequests() => TryInBlobsAsync(SpoiltShare);

    /// <summary>Rows and all, with a cache that the workers of a trial share.</summary>
    [Fact]
    public async Task WithRowsInABlobStore()
    {
        await using var server = await AzuriteServer.StartAsync();
        await server.CreateContainerAsync("runs");
        foreach (var file in Directory.GetFiles(_work.Path, "*.arrow"))
            await server.PutAsync("runs", $"rows/{Path.GetFileName(file)}", await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        const string Rows = $"az://{AzuriteServer.Account}/runs/rows";
        var account = new Dictionary<string, string> { [AccountName] = server.ConnectionString };
        await TryAsync(
            account,
            run => [.. s_flags, "--train-shards", $"{Rows}/train-*.arrow", "--test-shards", $"{Rows}/test.arrow", "--compute-cache", $"cache-{run}"],
            seed => InBlobs(server, seed, SpoiltShare));
    }

    private async Task TryInBlobsAsync(double spoiltShare)
    {
        await using var server = await AzuriteServer.StartAsync();
        await server.CreateContainerAsync("runs");
        await TryAsync([], _ => s_localRows, seed => InBlobs(server, seed, spoiltShare));
    }

    private static TrialPlace InBlobs(AzuriteServer server, int seed, double spoiltShare)
    {
        var proxy = FaultProxy.Start(server.Address, seed, spoiltShare);
        return new TrialPlace
        {
            Out = $"az://{AzuriteServer.Account}/runs/trial-{seed}",
            Environment = new() { [AccountName] = AzuriteServer.ConnectionStringAt(proxy.Address) },
            BeatSeconds = 2,
            Count = () => proxy.Counts.Sum(count => count.Value) / 4,   // about as many requests as there are to an object in a folder
            ReadAsync = name => server.GetAsync("runs", $"trial-{seed}/{name}"),
            RemoveAsync = name => server.DeleteAllAsync("runs", $"trial-{seed}/{name}"),
            Proxy = proxy,
        };
    }

    /// <param name="environment">Of the run that nobody disturbs.</param>
    /// <param name="flagsOf">Of the run of this name.</param>
    private async Task TryAsync(Dictionary<string, string> environment, Func<string, string[]> flagsOf, Func<int, TrialPlace> open)
    {
        using var whole = CommandProcess.Start(Repository.Path("mirrored"), _work.Path, environment, ["run", "--out", "whole", .. flagsOf("whole")]);
        var outcome = await CommandProcess.EndAsync(whole);
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        var (first, count) = (Number("MIRRORED_TRIALS_SEED", SeedDefault), Number("MIRRORED_TRIALS", TrialCountDefault));
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = TrialsAtOnce, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(first, count), parallel, async (seed, stop) =>
        {
            using var place = open(seed);
            await using var trial = new Trial(_work.Path, place, flagsOf($"trial-{seed}"), seed);
            await trial.RunAsync();
            foreach (var name in s_results)
            {
                var (expected, found) = (await File.ReadAllBytesAsync(_work.File($"whole/{name}"), stop), await place.ReadAsync(name));
                Assert.True(expected.SequenceEqual(found), $"{trial}: {name} is not that of the undisturbed run.");
            }
        });
    }

    private static int Number(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), out var given) ? given : otherwise;
}
