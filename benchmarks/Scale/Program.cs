using System.Diagnostics;
using System.Globalization;
using MirroredInfluence.Scale;

// usage: Scale plan <shards> | choose <shards> <workers> | reduce <shards> <queries> <topK>
// What a run of very many shards costs besides its arithmetic: no model, no rows. Shards of 10,000 rows, as LAION-2B would be cut: each a file, or for reduce
// (whose memory is to be seen without theirs) a hundred a file.
int[] sizes = [.. args.Skip(1).Take(3).Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0)];
Task? measured = (args.FirstOrDefault(), sizes) switch
{
    ("plan", [var shards]) => PlanScale.MeasureAsync(shards),
    ("choose", [var shards, var workers]) => ChoiceScale.MeasureAsync(shards, workers),
    ("prepare", [var shards, var workers, _]) => ChoiceScale.PrepareAsync(shards, workers, args[3]),
    ("reduce", [var shards, var queries, var topK]) => ReduceScale.MeasureAsync(shards, queries, topK),
    _ => null,
};
if (measured is null)
{
    Console.Error.WriteLine("usage: Scale plan <shards> | choose <shards> <workers> | reduce <shards> <queries> <topK>");
    return 2;
}

await measured;
if (args[0] == "prepare")
    return 0;

using var self = Process.GetCurrentProcess();
Console.WriteLine($"peak memory {self.PeakWorkingSet64 / 1e6:N0} MB");
return 0;
