using MirroredInfluence.Engine;
using MirroredInfluence.Report;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Cli;

/// <summary>What a finished run leaves for people and programs, in its directory and on the terminal.</summary>
internal static class ResultFiles
{
    public const string Json = RunDirectory.ResultName, Arrow = "result.arrow", Page = "report.html", TdaViewer = "tda-viewer.jsonl";

    /// <summary>Makes the results of a run whose shards are all scored, and shows them.</summary>
    /// <param name="allowPoisoned">Do without poisoned shards.</param>
    public static async Task MakeAsync(
        Terminal terminal, string address, Func<RunSpec, ReportSpec> reportOf, Func<RunDirectory, Task<bool>> allowPoisoned, CancellationToken cancellationToken)
    {
        var place = ObjectUri.Parse(address);
        var cache = ObjectCache.Of(new ComputeSpec(), terminal.Time);
        using var data = new DataFiles(cache, terminal.Time, cancellationToken);
        var directory = await RunDirectory.OpenAsync(ObjectStores.Open(place, cache, terminal.Time), cancellationToken);
        var report = reportOf(directory.Manifest.Spec);
        var result = await new Reducer(data, terminal.Time, new RunProgressPrinter(terminal)).ReduceAsync(directory, await allowPoisoned(directory), cancellationToken);
        terminal.WipeLine();

        await WriteAsync(directory, place, result, data, report, cancellationToken);
        WriteTable(terminal, directory, place, result);
    }

    /// <param name="report">What the page shows; not part of the run, so it may differ from what run.json says.</param>
    public static async Task WriteAsync(RunDirectory directory, ObjectUri place, RunResult result, DataFiles data, ReportSpec report, CancellationToken cancellationToken)
    {
        var manifest = directory.Manifest with { Spec = directory.Manifest.Spec with { Report = report } };
        await directory.PutResultAsync(Arrow, stream => ResultWriter.WriteArrow(stream, result), cancellationToken);
        await directory.PutResultAsync(Page, stream => HtmlReport.Write(stream, result, manifest, data, place.Name, cancellationToken), cancellationToken);
        if (report.Caption is not null || await directory.HasResultAsync(TdaViewer, cancellationToken))
            await directory.PutResultAsync(TdaViewer, stream => TdaViewerWriter.Write(stream, result, manifest, data, cancellationToken), cancellationToken);
        await directory.PutResultAsync(Json, stream => ResultWriter.WriteJson(stream, result), cancellationToken);
    }

    public static void WriteTable(Terminal terminal, RunDirectory directory, ObjectUri place, RunResult result)
    {
        (string, string)[] files = [("report", place.Of(Page)), ("result", place.Of(Json))];
        ConsoleTable.Write(terminal.Output, result, new FileLabels(directory.Manifest.Inputs.Train), files, terminal.Width, terminal.UsesColor);
    }
}
