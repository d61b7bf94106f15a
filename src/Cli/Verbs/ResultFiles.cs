using MirroredInfluence.Report;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Cli;

/// <summary>What a finished run leaves for people and programs, in its directory and on the terminal.</summary>
internal static class ResultFiles
{
    public const string Json = "result.json", Arrow = "result.arrow", Page = "report.html", TdaViewer = "tda-viewer.jsonl";

    /// <param name="report">What the page shows; not part of the run, so it may differ from what run.json says.</param>
    public static async Task WriteAsync(RunDirectory directory, ObjectUri place, RunResult result, ReportSpec report, CancellationToken cancellationToken)
    {
        var manifest = directory.Manifest with { Spec = directory.Manifest.Spec with { Report = report } };
        await directory.PutResultAsync(Json, stream => ResultWriter.WriteJson(stream, result), cancellationToken);
        await directory.PutResultAsync(Arrow, stream => ResultWriter.WriteArrow(stream, result), cancellationToken);
        await directory.PutResultAsync(Page, stream => HtmlReport.Write(stream, result, manifest, place.Name, cancellationToken), cancellationToken);
        if (report.Caption is not null)
            await directory.PutResultAsync(TdaViewer, stream => TdaViewerWriter.Write(stream, result, manifest, cancellationToken), cancellationToken);
    }

    public static void WriteTable(Terminal terminal, ObjectUri place, RunResult result)
    {
        (string, string)[] files = [("report", place.Of(Page)), ("result", place.Of(Json))];
        ConsoleTable.Write(terminal.Output, result, files, terminal.Width, terminal.UsesColor);
    }
}
