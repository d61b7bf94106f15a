using MirroredInfluence.Storage;

namespace MirroredInfluence.Scale;

/// <summary>run.json and plan.arrow, written and read in a folder.</summary>
internal static class PlanScale
{
    public static async Task MeasureAsync(int shardCount)
    {
        var folder = Directory.CreateTempSubdirectory("mirrored-scale-").FullName;
        try
        {
            var store = new LocalObjectStore(folder);
            var run = await Measure.SecondsAsync("files cut into shards, run named", () => Task.FromResult(LargeRun.Of(shardCount)));
            var directory = await Measure.SecondsAsync("run.json written", () => RunDirectory.CreateOrOpenAsync(store, run.Manifest, CancellationToken.None));
            await Measure.SecondsAsync("plan.arrow written, and read", () => directory.PutPlanAsync(run.Plan, CancellationToken.None));
            var opened = await Measure.SecondsAsync("run.json read", () => RunDirectory.OpenAsync(store, CancellationToken.None));
            await Measure.SecondsAsync("plan.arrow read", () => opened.TryGetPlanAsync(CancellationToken.None));
            foreach (var file in new DirectoryInfo(folder).GetFiles())
                Console.WriteLine($"{file.Name}: {file.Length / 1e6:N1} MB");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
