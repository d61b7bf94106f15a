using System.Globalization;
using MirroredInfluence.Client;

namespace MirroredInfluence.Cluster.Tests;

/// <summary>Silos of one cluster, found through the membership database.</summary>
internal sealed class SiloCluster(Bench bench, bool isHasty) : IAsyncDisposable
{
    public const double BeatSeconds = 0.5, ProbeSeconds = 1;

    /// <summary>After which who gives no sign of life counts as dead.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(3 * BeatSeconds);

    private readonly string _id = bench.NewName("cluster");
    private readonly List<SiloProcess> _silos = [];

    /// <summary>All that were started, in order.</summary>
    public IReadOnlyList<SiloProcess> Silos => _silos;

    public IEnumerable<SiloProcess> Living => _silos.Where(silo => !silo.HasExited);

    /// <param name="isHasty">False: as long between beats and probes as they are by default, so that no load makes a silo look dead.</param>
    public static async Task<SiloCluster> StartAsync(Bench bench, int siloCount, CancellationToken cancellationToken, bool isHasty = true)
    {
        var cluster = new SiloCluster(bench, isHasty);
        var silos = Enumerable.Range(0, siloCount).Select(_ => cluster.StartSilo()).ToArray();
        try
        {
            await Task.WhenAll(silos.Select(silo => silo.ReadyAsync(cancellationToken)));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public SiloProcess StartSilo()
    {
        var settings = new Dictionary<string, string>
        {
            ["Ledger"] = bench.File($"{_id}-ledger"),
            ["Clustering"] = "PostgreSql",
            ["AllowPlaintext"] = "true",
            ["ConnectionString"] = bench.Postgres.ConnectionString,
            ["ClusterId"] = _id,
            ["Address"] = "127.0.0.1",
            ["Compute__Lanes"] = "1",
            ["Compute__Cache"] = "none",
        };
        if (isHasty)
            (settings["BeatSeconds"], settings["ProbeSeconds"]) = (BeatSeconds.ToString(CultureInfo.InvariantCulture), ProbeSeconds.ToString(CultureInfo.InvariantCulture));
        var silo = SiloProcess.Start($"silo {_silos.Count}", settings);
        _silos.Add(silo);
        return silo;
    }

    /// <summary>A client that knows the silos that live now.</summary>
    public Task<MirroredClient> ConnectAsync(CancellationToken cancellationToken) => MirroredClient.ConnectAsync(
        new ClusterAddress { Gateways = [.. Living.Select(silo => $"127.0.0.1:{silo.GatewayPort}")], ClusterId = _id }, cancellationToken: cancellationToken);

    /// <summary>What all silos say of a run, in order of time.</summary>
    public SiloEvent[] EventsOf(string run) => [.. _silos.SelectMany(silo => silo.Events).Where(item => item.Run == run).OrderBy(item => item.At)];

    /// <summary>The silo of the run's coordinator.</summary>
    public SiloProcess CoordinatorOf(string run)
    {
        var last = EventsOf(run).Last(item => item.Kind == SiloEventKind.Coordinated);
        return _silos.Single(silo => silo.Name == last.Silo);
    }

    /// <summary>The other silos have agreed that this one is dead.</summary>
    public async Task<bool> IsDeclaredDeadAsync(SiloProcess silo) =>
        await bench.Postgres.AskAsync($"SELECT status FROM mirrored_silo WHERE cluster = '{_id}' AND port = {silo.SiloPort}") == "6";

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
            await silo.DisposeAsync();
    }
}
