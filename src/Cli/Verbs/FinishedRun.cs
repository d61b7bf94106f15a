using MirroredInfluence.Engine;
using MirroredInfluence.Report;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Cli;

/// <summary>What the terminal shows of a finished run.</summary>
internal static class FinishedRun
{
    /// <summary>Makes the results of a run whose shards are all scored, and shows them.</summary>
    /// <param name="allowPoisoned">Do without poisoned shards.</param>
    public static async Task MakeResultsAsync(
        Terminal terminal, string address, Func<RunSpec, ReportSpec> reportOf, Func<RunDirectory, Task<bool>> allowPoisoned, CancellationToken cancellationToken)
    {
        var place = ObjectUri.Parse(address);
        var cache = ObjectCache.Of(new ComputeSpec(), terminal.Time);
        using var data = new DataFiles(cache, terminal.Time, cancellationToken);
        var directory = await RunDirectory.OpenAsync(ObjectStores.Open(place, cache, terminal.Time), cancellationToken);
        var report = reportOf(directory.Manifest.Spec);
        var result = await new Reducer(data, terminal.Time, new RunProgressPrinter(terminal)).ReduceAsync(directory, await allowPoisoned(directory), cancellationToken);
        terminal.WipeLine();

        await ResultFiles.WriteAsync(directory, place, result, data, report, cancellationToken);
        WriteTable(terminal, directory, place, result);
    }

    public static void WriteTable(Terminal terminal, RunDirectory directory, ObjectUri place, RunResult result)
    {
        (string, string)[] files = [("report", place.Of(ResultFiles.Page)), ("result", place.Of(ResultFiles.Json))];
        ConsoleTable.Write(terminal.Output, result, new FileLabels(directory.Manifest.Inputs.Train), files, terminal.Width, terminal.UsesColor);
    }
}
