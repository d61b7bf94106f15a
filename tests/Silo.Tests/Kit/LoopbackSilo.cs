using System.Diagnostics;
using System.Text.RegularExpressions;
using MirroredInfluence.Cluster.Tests;

namespace MirroredInfluence.Silo.Tests;

/// <summary>Silos of the loopback address, with a membership in the memory of the first.</summary>
internal static class LoopbackSilo
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2), Poll = TimeSpan.FromMilliseconds(50);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Returns once it says that it is ready: it has joined its cluster.</summary>
    /// <param name="first">The silo whose cluster it joins; null for one of its own.</param>
    /// <param name="variables">Others of its environment.</param>
    public static async Task<SiloProcess> StartAsync(
        string ledger, SiloProcess? first, IEnumerable<(string Name, string Value)> settings, IReadOnlyDictionary<string, string>? variables = null)
    {
        (string, string)[] all = [("Ledger", ledger), ("BeatSeconds", "0.2"), ("Compute__Lanes", "1"), ("Compute__Cache", "none"), .. settings];
        if (first is not null)
            all = [.. all, ("FirstSiloPort", $"{first.SiloPort}")];
        var silo = SiloProcess.Start("silo", all.Select(setting => KeyValuePair.Create(setting.Item1, setting.Item2)), variables ?? new Dictionary<string, string>());
        try
        {
            await silo.ReadyAsync(Cancel);
            return silo;
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }

    public static string Gateway(this SiloProcess silo) => $"127.0.0.1:{silo.GatewayPort}";

    /// <summary>Waits for a line of the log.</summary>
    public static async Task<string> LineAsync(this SiloProcess silo, string pattern)
    {
        var (clock, line) = (Stopwatch.StartNew(), new Regex(pattern));
        while (true)
        {
            if (silo.Said.FirstOrDefault(line.IsMatch) is { } found)
                return found;
            Assert.True(clock.Elapsed < Patience, $"'{pattern}' is no line of\n{string.Join('\n', silo.Said)}");
            await Task.Delay(Poll, Cancel);
        }
    }
}
