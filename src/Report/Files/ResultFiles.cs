using MirroredInfluence.Engine;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Report;

/// <summary>What a finished run leaves for people and programs in its directory.</summary>
public static class ResultFiles
{
    public const string Json = RunDirectory.ResultName, Arrow = "result.arrow", Page = "report.html", TdaViewer = "tda-viewer.jsonl";

    /// <param name="place">Where the directory is: its last name is the page's title.</param>
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
}
