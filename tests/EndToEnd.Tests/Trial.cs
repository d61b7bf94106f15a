using System.Diagnostics;
using System.Globalization;

namespace MirroredInfluence.EndToEnd.Tests;

/// <summary>
/// Two to four workers, of which some are killed when the run has gone a random way further, and some of those started again; then perhaps the same with
/// another number, beside those that are left; then workers that are let be.
/// </summary>
internal sealed class Trial(string folder, TrialPlace place, string[] flags, int seed) : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5), PatienceMax = TimeSpan.FromSeconds(10);

    private readonly Random _random = new(seed);
    private readonly List<(int Index, int Count, Process Process, Task<CommandOutcome> End)> _workers = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _startCount;
    private int _endedLifeCount;   // sessions that were killed, or that another with the same index stands in for: all that may look dead

    /// <summary>Returns when the run is finished.</summary>
    public async Task RunAsync()
    {
        for (var waves = _random.Next(1, 3); waves > 0; waves--)
        {
            var count = _random.Next(2, 5);
            Start(Enumerable.Range(0, count), count);
            for (var kills = _random.Next(1, count + 1); kills > 0; kills--)
            {
                await GoOnAsync(_random.Next(1, 40));
                if (await KillAsync() is var (index, ofCount) && _random.Next(2) == 0)
                    Start([index], ofCount);
            }
        }

        var last = _random.Next(1, 5);
        Start(Enumerable.Range(0, last), last);
        if (await AreThreeKillsOfOneShardAsync())
        {
            await place.RemoveAsync("poisoned/");
            await place.RemoveAsync("workers/");
            Start([0], 1);
            Assert.False(await AreThreeKillsOfOneShardAsync());
        }

        TestContext.Current.SendDiagnosticMessage($"{this}: right after {_clock.Elapsed.TotalSeconds:F1} s");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{place.Out}, seed {seed}, {_startCount} workers started, {_endedLifeCount} lives ended");

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, _, process, end) in _workers)
        {
            process.Kill();
            await end;
            process.Dispose();
        }
    }

    /// <summary>Waits for all workers. Kills may hit the same shard thrice: then it is set aside, and the message says what to do.</summary>
    private async Task<bool> AreThreeKillsOfOneShardAsync()
    {
        var isSetAside = false;
        foreach (var (index, _, process, end) in _workers)
        {
            var outcome = await end;
            process.Dispose();
            var isOfThisWorker = outcome.ExitCode == 3 && outcome.Error.Contains("remove poisoned/ and workers/ from the run directory, and run again", StringComparison.Ordinal);
            Assert.True(outcome.ExitCode == 0 || isOfThisWorker, $"{this}: worker {index} ended with {outcome.ExitCode}: {outcome.Error}");
            isSetAside |= isOfThisWorker;
        }

        _workers.Clear();
        return isSetAside;
    }

    private void Start(IEnumerable<int> indexes, int count)
    {
        foreach (var index in indexes)
        {
            _endedLifeCount += _workers.Any(worker => worker.Index == index && !worker.Process.HasExited) ? 1 : 0;
            var process = CommandProcess.Start(
                Repository.Path("mirrored"), folder, place.Environment, ["work", "--out", place.Out, .. flags, "--worker", $"{index}/{count}", "--beat-seconds", FormattableString.Invariant($"{place.BeatSeconds}")]);
            _workers.Add((index, count, process, CommandProcess.EndAsync(process)));
            _startCount++;
        }
    }

    /// <summary>Until the run has gone so far, or goes no further.</summary>
    private async Task GoOnAsync(int count)
    {
        var (start, clock) = (place.Count(), Stopwatch.StartNew());
        while (place.Count() - start < count && clock.Elapsed < PatienceMax && _workers.Any(worker => !worker.Process.HasExited))
            await Task.Delay(Poll, TestContext.Current.CancellationToken);
    }

    /// <returns>Which worker was killed, or null when none was left.</returns>
    private async Task<(int Index, int Count)?> KillAsync()
    {
        var living = _workers.Where(worker => !worker.Process.HasExited).ToArray();
        if (living.Length == 0)
            return null;
        var victim = living[_random.Next(living.Length)];
        victim.Process.Kill();
        await victim.End;
        victim.Process.Dispose();
        _workers.Remove(victim);
        _endedLifeCount++;
        return (victim.Index, victim.Count);
    }
}
