using System.Security.Cryptography;

namespace MirroredInfluence.Cli.Tests;

/// <summary>Runs whose model and rows are in a blob store give the result of the same run over local files.</summary>
public sealed class RemoteDataTests : IAsyncLifetime
{
    private static readonly string Model = ClassifierRows.Model;

    private readonly TemporaryFolder _folder = new();
    private AzuriteServer? _server;
    private Dictionary<string, string> _account = [];

    private static string Digest => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Model)));

    public async ValueTask InitializeAsync()
    {
        _server = await AzuriteServer.StartAsync();
        _account = new() { ["AZURE_STORAGE_CONNECTION_STRING"] = _server.ConnectionString };
        await _server.CreateContainerAsync("data");
        foreach (var part in new[] { 0, 1, 2 })
        {
            ClassifierRows.Write(_folder, $"part-{part}.npz", start: part * 1000);
            await SucceedAsync("import", $"part-{part}.npz", "--out", $"part-{part}.arrow");
            await _server.PutAsync("data", $"train/part {part}.arrow", await File.ReadAllBytesAsync(_folder.File($"part-{part}.arrow")));
        }

        await _server.PutAsync("data", "models/classifier.pt", await File.ReadAllBytesAsync(Model));
    }

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        await _server!.DisposeAsync();
    }

    [Theory]
    [InlineData("cache")]
    [InlineData("none")]
    public async Task ARunOverBlobs_HasTheRankingsOfALocalOne(string cache)
    {
        await SucceedAsync(Run("local", Model, "part-*.arrow", "part-1.arrow"));
        await SucceedAsync([.. Run("remote", At("models/classifier.pt"), At("train/*.arrow"), At("train/part%201.arrow")), "--model-sha256", Digest, "--compute-cache", cache]);
        var (local, remote) = (Rankings("local"), Rankings("remote"));
        Assert.Equal(local, remote);

        var verified = await SucceedAsync("verify", "remote", "--row", $"{At("train/part%202.arrow")}:5");
        Assert.Contains("2 of 2 agree", verified.Output, StringComparison.Ordinal);
        await SucceedAsync("report", "remote");

        var inspected = await SucceedAsync("inspect", Model, At("train/part%200.arrow"));
        Assert.Contains("of the first 32 rows a finite loss", inspected.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStoreThatFailsOneRequestInTen_MakesNoDifference()
    {
        using var proxy = FaultProxy.Start(_server!.Address, seed: 7, share: 0.1);
        await SucceedAsync(Run("local", Model, "part-*.arrow", "part-1.arrow"));
        _account["AZURE_STORAGE_CONNECTION_STRING"] = AzuriteServer.ConnectionStringAt(proxy.Address);
        await SucceedAsync([.. Run("spoiled", Model, At("train/*"), At("train/part%201.arrow")), "--compute-cache", "cache"]);
        Assert.Equal(Rankings("local"), Rankings("spoiled"));
        Assert.True(proxy.Counts.Where(count => count.Key != Fault.None).Sum(count => count.Value) > 0);
    }

    [Fact]
    public async Task WorkersOverBlobs_GoOnWithARunBegunElsewhere()
    {
        string[] run = [.. Run("local", Model, At("train/*.arrow"), At("train/part%201.arrow")), "--compute-cache", "cache"];
        await SucceedAsync(run);
        string[] work = ["work", .. run[1..], "--beat-seconds", "1"];
        work[Array.IndexOf(work, "local")] = At("run");
        await Task.WhenAll(Enumerable.Range(0, 2).Select(worker => SucceedAsync([.. work, "--worker", $"{worker}/2"])));
        Assert.Equal(await File.ReadAllBytesAsync(_folder.File("local/result.json"), TestContext.Current.CancellationToken), await _server!.GetAsync("data", "run/result.json"));
    }

    [Fact]
    public async Task Signatures_ReadAndAreNeverRecorded()
    {
        _account = new() { ["AZURE_STORAGE_BLOB_ENDPOINT"] = $"{_server!.Address}{AzuriteServer.Account}" };
        var signature = AzuriteServer.Signature("rl");
        await SucceedAsync([.. Run("signed", $"{At("models/classifier.pt")}?{signature}", $"{At("train/*.arrow")}?{signature}", $"{At("train/part%201.arrow")}?{signature}"), "--model-sha256", Digest]);
        _account.Clear();
        var web = $"{_server.Address}{AzuriteServer.Account}/data/train/";
        await SucceedAsync(Run("web", Model, $"{web}part%200.arrow?{signature}", $"{web}part%201.arrow?{signature}"));

        await SucceedAsync(Run("local", Model, "part-*.arrow", "part-1.arrow"));
        Assert.Equal(Rankings("local"), Rankings("signed"));
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("sig=", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatCannotBeRead_IsSaid()
    {
        await RefusedAsync("train.shards: no object matches 'az://mirrored/data/none/*.arrow'.", Run("a", Model, At("none/*.arrow"), At("train/*")));
        await RefusedAsync("az://mirrored/data/train/none.arrow: there is no such object.", Run("a", Model, At("train/none.arrow"), At("train/*")));
        await RefusedAsync(
            $"model.sha256: not given, and {At("models/classifier.pt")} is not on this machine; a model is code, and one from elsewhere must be pinned. "
            + $"If you trust it as it is there now: {Digest}.",
            Run("a", At("models/classifier.pt"), At("train/*"), At("train/*")));
        await RefusedAsync(
            $"{At("models/classifier.pt")}: its SHA-256 is {Digest}; the run pins {new string('0', 64)}. A model is code: use the file that was pinned, or pin this one.",
            [.. Run("a", At("models/classifier.pt"), At("train/*"), At("train/*")), "--model-sha256", new string('0', 64)]);
        Assert.False(Directory.Exists(_folder.File("a")));
    }

    private static string At(string key) => $"az://{AzuriteServer.Account}/data/{key}";

    private static string[] Run(string directory, string model, string train, string test) =>
        ["run", "--out", directory, "--model-uri", model, "--train-shards", train, "--test-shards", test, "--test-rows", "3,5", "--compute-lanes", "2", "--score-mini-batch-rows", "4", "--compute-shard-rows", "16"];

    /// <summary>result.json but for the run's id and the files' names.</summary>
    private string Rankings(string directory)
    {
        var result = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(_folder.File($"{directory}/result.json")))!;
        result["run"] = null;
        foreach (var row in result["queries"]!.AsArray().SelectMany(query => query!["top"]!.AsArray()))
            row!["shard"] = row["shard"]!.GetValue<string>()[^7..];
        return result.ToJsonString();
    }

    private async Task<CommandOutcome> SucceedAsync(params string[] arguments)
    {
        var outcome = await BuiltCommand.RunAsync(_folder.Path, _account, arguments);
        Assert.True(outcome.ExitCode == 0, $"exit code {outcome.ExitCode}: {outcome.Error}");
        Assert.DoesNotContain("sig=", outcome.Output + outcome.Error, StringComparison.Ordinal);
        return outcome;
    }

    private async Task RefusedAsync(string message, string[] arguments)
    {
        var outcome = await BuiltCommand.RunAsync(_folder.Path, _account, arguments);
        Assert.Equal((2, $"mirrored: {message}\n"), (outcome.ExitCode, outcome.Error));
    }
}
