namespace MirroredInfluence.Cli.Tests;

/// <summary>The verbs over run directories in a blob store.</summary>
public sealed class RemoteRunTests : IAsyncLifetime
{
    private static readonly string Model = ClassifierRows.Model;
    private static readonly string[] Spec = ["--model-uri", Model, "--train-shards", "train.arrow", "--test-shards", "train.arrow", "--test-rows", "3,5", "--compute-lanes", "1"];

    private readonly TemporaryFolder _folder = new();
    private AzuriteServer? _server;

    public async ValueTask InitializeAsync()
    {
        _server = await AzuriteServer.StartAsync();
        await _server.CreateContainerAsync("runs");
        ClassifierRows.Write(_folder, "train.npz");
        await SucceedAsync([], "import", "train.npz", "--out", "train.arrow");
    }

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        await _server!.DisposeAsync();
    }

    [Fact]
    public async Task ARunInABlobStore_HasTheResultOfALocalOne()
    {
        const string Place = $"az://{AzuriteServer.Account}/runs/a/first";
        var account = new Dictionary<string, string> { ["AZURE_STORAGE_CONNECTION_STRING"] = _server!.ConnectionString };

        var run = await SucceedAsync(account, ["run", "--out", Place, .. Spec]);
        var status = await SucceedAsync(account, "status", Place);
        var again = await SucceedAsync(account, ["run", "--out", Place, .. Spec]);
        var report = await SucceedAsync(account, "report", Place);
        var verified = await SucceedAsync(account, "verify", Place, "--row", "train.arrow:63");
        var local = await SucceedAsync([], ["run", "--out", "first", .. Spec]);

        Assert.Contains($"{Place}/report.html", run.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 1 scored", status.Output, StringComparison.Ordinal);
        Assert.Contains($"result      {Place}/report.html", status.Output, StringComparison.Ordinal);
        Assert.EndsWith("This run was finished before: nothing was left to score.\n", again.Error, StringComparison.Ordinal);
        Assert.Equal(run.Output, again.Output);
        Assert.Equal(run.Output, report.Output);
        Assert.Contains("2 of 2 agree", verified.Output, StringComparison.Ordinal);
        Assert.Equal(run.Output.Replace(Place, "first", StringComparison.Ordinal), local.Output);
        foreach (var file in new[] { "result.json", "result.arrow", "report.html", "parts/00000000.arrow" })
            Assert.Equal(await File.ReadAllBytesAsync(_folder.File($"first/{file}"), TestContext.Current.CancellationToken), await _server.GetAsync("runs", $"a/first/{file}"));
        Assert.False(Directory.Exists(_folder.File("az:")));
    }

    [Fact]
    public async Task AStoreThatFailsOneRequestInTen_MakesNoDifference()
    {
        using var proxy = FaultProxy.Start(_server!.Address, seed: 3, share: 0.1);
        var account = new Dictionary<string, string> { ["AZURE_STORAGE_CONNECTION_STRING"] = AzuriteServer.ConnectionStringAt(proxy.Address) };

        await SucceedAsync(account, ["run", "--out", $"az://{AzuriteServer.Account}/runs/third", .. Spec, "--score-mini-batch-rows", "4", "--compute-shard-rows", "4"]);
        await SucceedAsync([], ["run", "--out", "third", .. Spec, "--score-mini-batch-rows", "4"]);

        Assert.True(proxy.Counts.Where(count => count.Key != Fault.None).Sum(count => count.Value) > 0);
        Assert.Equal(await File.ReadAllBytesAsync(_folder.File("third/result.json"), TestContext.Current.CancellationToken), await _server.GetAsync("runs", "third/result.json"));
    }

    [Fact]
    public async Task WorkersOverABlobStore_MakeTheResultOfALocalRun()
    {
        const string Place = $"az://{AzuriteServer.Account}/runs/fourth";
        var account = new Dictionary<string, string> { ["AZURE_STORAGE_CONNECTION_STRING"] = _server!.ConnectionString };
        string[] cut = [.. Spec, "--score-mini-batch-rows", "4"];

        await Task.WhenAll(Enumerable.Range(0, 2).Select(worker =>
            SucceedAsync(account, ["work", "--out", Place, "--worker", $"{worker}/2", "--beat-seconds", "1", .. cut, "--compute-shard-rows", "4"])));
        await SucceedAsync([], ["run", "--out", "fourth", .. cut]);

        Assert.Equal(await File.ReadAllBytesAsync(_folder.File("fourth/result.json"), TestContext.Current.CancellationToken), await _server.GetAsync("runs", "fourth/result.json"));
    }

    [Fact]
    public async Task ASignatureInTheAddress_IsUsedAndNeverShown()
    {
        var account = new Dictionary<string, string> { ["AZURE_STORAGE_BLOB_ENDPOINT"] = $"{_server!.Address}{AzuriteServer.Account}" };
        var place = $"az://{AzuriteServer.Account}/runs/second?{AzuriteServer.Signature("rwlc")}";
        var expired = $"az://{AzuriteServer.Account}/runs/second?{AzuriteServer.Signature("rwlc", "2020-01-01T00:00:00Z")}";

        CommandOutcome[] outcomes =
        [
            await SucceedAsync(account, ["run", "--json", "--out", place, .. Spec]),
            await SucceedAsync(account, ["run", "--out", place, .. Spec]),
            await SucceedAsync(account, "status", place),
            await SucceedAsync(account, "report", place, "--verbose"),
            await RefusedAsync(account, "status", expired, "--verbose"),
            await RefusedAsync(account, "status", place, place),
            await RefusedAsync(account, place),
            await RefusedAsync(account, "status", place, "--verbos"),
            await RefusedAsync(account, "run", place),
            await RefusedAsync(account, "run", "--model-uri", Model, "--test-shards", "train.arrow", "--train-shards", place, "--verbose"),
            await RefusedAsync(account, "run", "--model-uri", place, "--test-shards", "train.arrow", "--train-shards", "train.arrow", "--verbose"),
            await RefusedAsync([], "status", place.Replace("az://", "gs://", StringComparison.Ordinal), "--verbose"),
            await RefusedAsync([], "status", place.Replace("az://", "az://user@", StringComparison.Ordinal)),
        ];

        Assert.All(outcomes, outcome => Assert.DoesNotContain("sig=", outcome.Output + outcome.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("sig=", System.Text.Encoding.UTF8.GetString(await _server.GetAsync("runs", "second/run.json")), StringComparison.Ordinal);
        Assert.Matches("^mirrored: az://mirrored/runs/second/run.json: status 403 [A-Za-z]+. The signature must be in date and grant read, list, create and write in this container.", outcomes[4].Error);
    }

    [Fact]
    public async Task AWebServer_IsNotWritten()
    {
        var outcome = await RefusedAsync([], ["run", "--out", $"{_server!.Address}elsewhere/run?key=1", .. Spec]);
        Assert.EndsWith("run.json: a web server is only read. Write to a folder, az://account/container/path or https://account.blob.core.windows.net/container/path.\n", outcome.Error, StringComparison.Ordinal);
    }

    private Task<CommandOutcome> SucceedAsync(Dictionary<string, string> environment, params IEnumerable<string> arguments) => EndAsync(0, environment, arguments);

    private Task<CommandOutcome> RefusedAsync(Dictionary<string, string> environment, params IEnumerable<string> arguments) => EndAsync(2, environment, arguments);

    private async Task<CommandOutcome> EndAsync(int exitCode, Dictionary<string, string> environment, IEnumerable<string> arguments)
    {
        var outcome = await BuiltCommand.RunAsync(_folder.Path, environment, arguments);
        Assert.True(outcome.ExitCode == exitCode, $"exit code {outcome.ExitCode}, expected {exitCode}: {outcome.Error}");
        return outcome;
    }
}
