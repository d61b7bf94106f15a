namespace MirroredInfluence.EndToEnd.Tests;

/// <summary>
/// Workers killed at random moments, started again and joined by others with another number, end in the bytes of a run that nobody disturbed. The environment
/// sets how many trials there are of each kind, MIRRORED_TRIALS, and the first seed, MIRRORED_TRIALS_SEED. What a trial takes is the starts of its processes: its run is small.
/// </summary>
public sealed class TrialTests : IAsyncLifetime
{
    private const int TrialCountDefault = 1, TrialsAtOnce = 2;
    private const double SpoiltShare = 0.05;

    private static readonly string[] s_flags =
    [
        "--model-uri", Repository.Path("tests", "Engine.Tests", "Models", "exponential.pt"),
        "--train-shards", "train-*.arrow", "--train-id", "id", "--test-shards", "test.arrow",
        "--score-mini-batch-rows", "2", "--compute-shard-rows", "4", "--compute-lanes", "1", "--compute-cache", "none",
    ];

    private readonly TemporaryFolder _work = new();
    private readonly Dictionary<string, byte[]> _expected = [];

    public async ValueTask InitializeAsync()
    {
        var random = new Random(0);
        await ImportAsync("train", rowCount: 160, "--id", "id", "--shards", "2");
        await ImportAsync("test.arrow", rowCount: 3);
        await Mirrored.MustRunAsync(_work.Path, ["run", "--out", "whole", .. s_flags]);
        foreach (var name in new[] { "result.json", "result.arrow" })
            _expected[name] = await File.ReadAllBytesAsync(_work.File($"whole/{name}"));

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
    public Task InAFolder() => TryAsync(seed => new TrialPlace
    {
        Out = $"trial-{seed}",
        Environment = [],
        Count = () => Directory.Exists(_work.File($"trial-{seed}")) ? Directory.EnumerateFiles(_work.File($"trial-{seed}"), "*", SearchOption.AllDirectories).Count() : 0,
        ReadAsync = name => File.ReadAllBytesAsync(_work.File($"trial-{seed}/{name}")),
    });

    [Theory]
    [InlineData(0)]
    [InlineData(SpoiltShare)]
    public async Task InABlobStore(double spoiltShare)
    {
        await using var server = await AzuriteServer.StartAsync();
        await server.CreateContainerAsync("runs");
        await TryAsync(seed =>
        {
            var proxy = FaultProxy.Start(server.Address, seed, spoiltShare);
            return new TrialPlace
            {
                Out = $"az://{AzuriteServer.Account}/runs/trial-{seed}",
                Environment = new() { ["AZURE_STORAGE_CONNECTION_STRING"] = AzuriteServer.ConnectionStringAt(proxy.Address) },
                Count = () => proxy.Counts.Sum(count => count.Value) / 4,   // about as many requests as there are to an object in a folder
                ReadAsync = name => server.GetAsync("runs", $"trial-{seed}/{name}"),
                Proxy = proxy,
            };
        });
    }

    private async Task TryAsync(Func<int, TrialPlace> open)
    {
        var (first, count) = (Number("MIRRORED_TRIALS_SEED", 0), Number("MIRRORED_TRIALS", TrialCountDefault));
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = TrialsAtOnce, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(first, count), parallel, async (seed, _) =>
        {
            using var place = open(seed);
            await using var trial = new Trial(_work.Path, place, s_flags, seed);
            await trial.RunAsync();
            foreach (var (name, bytes) in _expected)
            {
                var found = await place.ReadAsync(name);
                Assert.True(bytes.SequenceEqual(found), $"{trial}: {name} is not that of the undisturbed run.");
            }
        });
    }

    private static int Number(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), out var given) ? given : otherwise;
}
