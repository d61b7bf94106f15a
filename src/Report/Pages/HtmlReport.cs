using MirroredInfluence.Engine;

namespace MirroredInfluence.Report;

/// <summary>
/// Writes a run as one page that needs no network: every query with its picture or text, its ranking, its distribution, and the run's facts.
/// Streams: what it holds in memory grows with the rows in rankings, not with their pictures. The same run gives the same bytes.
/// </summary>
public static class HtmlReport
{
    /// <summary>Finds out before a run whether its page can be written.</summary>
    /// <exception cref="MirroredException">Invalid: <c>report.picture</c> or <c>report.caption</c> names no such column of the training files.</exception>
    public static void Check(DataFiles data, RunManifest planned) => RowGallery.Choose(data, planned);

    /// <param name="manifest">Of the run that made the result; its files are read for pictures and captions, as <see cref="RunSpec.Report"/> says.</param>
    /// <param name="data">Opens those files.</param>
    /// <param name="title">The page's title where <c>report.title</c> is not given: the run directory's name.</param>
    /// <exception cref="MirroredException">Invalid: <c>report.picture</c> or <c>report.caption</c> names no such column of the training files.</exception>
    public static void Write(Stream destination, RunResult result, RunManifest manifest, DataFiles data, string title, CancellationToken cancellationToken)
    {
        var rows = PageRows.Of(result, manifest);
        var gallery = RowGallery.Choose(data, manifest);
        var budget = PictureBudget.Choose(rows, gallery, PictureBudget.AllBytesMax, cancellationToken);

        title = manifest.Spec.Report.Title ?? title;
        var template = new PageTemplate(title);
        template.WriteHead(destination);
        var blocks = new PageBlocks(destination);
        var pictures = RowBlocks.Write(blocks, rows, gallery, budget, cancellationToken);
        blocks.Write("run", json => RunBlock.Write(json, title, result, manifest, rows, pictures, [.. gallery.Notes, .. budget.Notes]));
        template.WriteTail(destination);
    }
}
