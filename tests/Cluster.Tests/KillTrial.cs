using System.Globalization;
using MirroredInfluence.Client;

namespace MirroredInfluence.Cluster.Tests;

/// <summary>
/// Three silos, of which one or two are killed when the run has gone a random way, the coordinator's as likely as another's, and some of them replaced. The client that
/// submitted the run watches it to its end.
/// </summary>
internal sealed class KillTrial(Bench bench, RunSpec spec, int seed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Random _random = new(seed);
    private readonly List<string> _story = [];

    public async Task RunAsync(string expected, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        await using var cluster = await SiloCluster.StartAsync(bench, 3, patience.Token);
        await using var client = await cluster.ConnectAsync(patience.Token);
        var folder = new RunFolder(bench.File(bench.NewName("trial")), Bench.ShardCountOf(spec));
        try
        {
            var run = await client.SubmitAsync(spec, new RunOptions { Directory = folder.Path }, patience.Token);
            var result = run.ResultAsync(patience.Token);
            var kills = new List<Kill>();
            for (var count = _random.Next(1, 3); count > 0; count--)
            {
                await folder.ReachAsync(folder.PartCount() + _random.Next(folder.ShardCount * 2 / 3), patience.Token);
                if (folder.IsFinished)
                    break;
                kills.Add(KillOne(cluster, folder));
                _story.Add($"{kills[^1].Victim.Name} killed at {kills[^1].At:O}");
                if (_random.Next(2) == 0)
                    _story.Add($"{cluster.StartSilo().Name} started");
            }

            await result;
            await Bench.AssertSameAsync(expected, folder.Path, ToString());
            AssertNothingOfTheLivingIsRepeated(cluster, folder);
            TestContext.Current.SendDiagnosticMessage($"seed {seed}: {string.Join("; ", kills.Select(kill => Recovery(cluster, folder, kill)))}");
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException($"{this}: {exception.Message}\n{string.Join('\n', cluster.Silos.SelectMany(silo => silo.Said.Select(line => $"{silo.Name} {line}")))}", exception);
        }
    }

    public override string ToString() => $"seed {seed}: {string.Join("; ", _story)}";

    private Kill KillOne(SiloCluster cluster, RunFolder folder)
    {
        var living = cluster.Living.ToArray();
        var victim = living[_random.Next(living.Length)];
        victim.Kill();
        var at = victim.KilledAt!.Value;
        var committed = Enumerable.Range(0, folder.ShardCount).Where(folder.HasPart).ToHashSet();
        return new Kill(victim, at, committed);
    }

    /// <summary>A shard that a lane has taken is taken again only after the silo of that lane was killed.</summary>
    private void AssertNothingOfTheLivingIsRepeated(SiloCluster cluster, RunFolder folder)
    {
        var killedAt = cluster.Silos.Where(silo => silo.KilledAt is not null).ToDictionary(silo => silo.Name, silo => silo.KilledAt!.Value);
        var taken = cluster.EventsOf(folder.Path).Where(item => item.Kind == SiloEventKind.Taken).GroupBy(item => item.ShardIndex);
        var repeated =
            from shard in taken
            from pair in shard.Zip(shard.Skip(1))
            where !killedAt.TryGetValue(pair.First.Silo, out var at) || at > pair.Second.At
            select FormattableString.Invariant($"shard {shard.Key}: {pair.First.Silo} at {pair.First.At:O}, {pair.Second.Silo} at {pair.Second.At:O}");
        var found = repeated.ToArray();
        Assert.True(found.Length == 0, $"{this}: taken again from the living:\n{string.Join('\n', found)}");
    }

    private static string Recovery(SiloCluster cluster, RunFolder folder, Kill kill)
    {
        var events = cluster.EventsOf(folder.Path);
        var coordinator = events.LastOrDefault(item => item.Kind == SiloEventKind.Coordinated && item.At < kill.At)?.Silo;
        var done = string.Create(CultureInfo.InvariantCulture, $"{kill.Victim.Name} killed at {kill.Committed.Count} of {folder.ShardCount}");
        if (coordinator is null || coordinator == kill.Victim.Name)
        {
            var next = events.SkipWhile(item => item.Kind != SiloEventKind.Coordinated || item.At < kill.At).FirstOrDefault(item => item.Kind == SiloEventKind.Taken && item.Silo != kill.Victim.Name);
            return next is null ? $"{done} (coordinator), nothing left to take" : $"{done} (coordinator), the next shard after {Seconds(folder.CommittedAt(next.ShardIndex))}";
        }

        var inHand = events.Where(item => item.Kind == SiloEventKind.Taken && item.Silo == kill.Victim.Name && item.At < kill.At && !kill.Committed.Contains(item.ShardIndex)).Select(item => item.ShardIndex).ToArray();
        return inHand.Length == 0 ? $"{done}, nothing in hand" : $"{done}, its shard after {Seconds(inHand.Min(folder.CommittedAt))}";

        string Seconds(DateTime committedAt) => string.Create(CultureInfo.InvariantCulture, $"{(committedAt - kill.At).TotalSeconds:F1} s");
    }

    private sealed record Kill(SiloProcess Victim, DateTime At, HashSet<int> Committed);
}
