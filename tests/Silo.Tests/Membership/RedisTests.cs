using MirroredInfluence.Client;
using MirroredInfluence.Cluster.Tests;
using MirroredInfluence.Engine.Tests;
using MirroredInfluence.Report;
using StackExchange.Redis;

namespace MirroredInfluence.Silo.Tests.Membership;

public sealed class RedisTests : IDisposable
{
    private const string Password = "hush-hush";

    private readonly Workbench _bench = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task SilosFindEachOther_AndOneThatIsKilledIsForgotten()
    {
        var spec = _bench.Spec();
        using var expected = new MemoryStream();
        ResultWriter.WriteJson(expected, await _bench.RunAsync(spec, "here"));
        await using var redis = await RedisServer.StartAsync(Password);
        await using var first = await StartAsync(redis);
        await using var second = await StartAsync(redis);
        await using var database = await ConnectionMultiplexer.ConnectAsync($"{redis.Address},password={Password}");
        Assert.Equal(3, await database.GetDatabase().HashLengthAsync("mirrored/members/mirrored"));   // both, and the version

        first.Kill();
        await using var client = await MirroredClient.ConnectAsync(new ClusterAddress { Gateways = [second.Gateway()] }, cancellationToken: Cancel);
        var run = await client.SubmitAsync(spec, new RunOptions { Directory = _bench.File("there") }, Cancel);
        Assert.Equal(expected.ToArray(), (await run.ResultAsync(Cancel)).Json.ToArray());
        Assert.DoesNotContain(second.Said, line => line.Contains(Password, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("127.0.0.1:1,connectTimeout=200,password=hush-hush", 4, "silo: Silo:ConnectionString: the membership server 127.0.0.1:1 does not answer as it should: ")]
    [InlineData("127.0.0.1:1,passwort=hush-hush", 2, "silo: Silo:ConnectionString: expected one of StackExchange.Redis, such as redis.example:6379,ssl=true,password=….")]
    [InlineData("password=hush-hush", 2, "silo: Silo:ConnectionString: expected one of StackExchange.Redis, such as ")]
    public async Task AServerThatIsNotThere_IsToldInOneLine(string connection, int exitCode, string line)
    {
        await using var silo = SiloProcess.Start("silo", Settings(connection));
        Assert.Equal(exitCode, await silo.EndAsync(Cancel));
        Assert.StartsWith(line, Assert.Single(silo.Said, said => said.Length > 0), StringComparison.Ordinal);
        Assert.DoesNotContain(Password, silo.Said[0], StringComparison.Ordinal);
    }

    private async Task<SiloProcess> StartAsync(RedisServer redis)
    {
        var silo = SiloProcess.Start("silo", Settings($"{redis.Address},password={Password}"));
        await silo.ReadyAsync(Cancel);
        return silo;
    }

    private Dictionary<string, string> Settings(string connection) => new()
    {
        ["Ledger"] = _bench.File("ledger"),
        ["Clustering"] = "Redis",
        ["ConnectionString"] = connection,
        ["Address"] = "127.0.0.1",
        ["AllowPlaintext"] = "true",
        ["BeatSeconds"] = "0.5",
        ["ProbeSeconds"] = "1",
        ["Compute__Lanes"] = "1",
        ["Compute__Cache"] = "none",
    };
}
