using System.Globalization;
using System.Text;

namespace MirroredInfluence.Report;

/// <summary>The table at the end of a run: the first rows of the first queries, every row accounted for, and where the rest is.</summary>
public static class ConsoleTable
{
    private const int QueriesShownMax = 10;
    private const int RowsShownMax = 3;             // of several queries
    private const int RowsShownOfOneQueryMax = 10;
    private const int WidthMax = 100;
    private const string QueryTitle = "query", RowTitle = "training row";
    private const int NameWidthMax = 28, IdWidthMax = 24;
    private const int FiguresWidth = 41;            // "  #  " before the row; influence, z-score and base loss after it

    /// <param name="output">Gets lines of at most <paramref name="width"/> columns, 100 at most.</param>
    /// <param name="labels">Of the training files.</param>
    /// <param name="files">What was written, said below the table: what it is, and its path.</param>
    /// <param name="usesColor">Only for a terminal, and without NO_COLOR.</param>
    public static void Write(
        TextWriter output, RunResult result, FileLabels labels, IReadOnlyList<(string What, string Path)> files, int width, bool usesColor)
    {
        var ink = new Ink(usesColor);
        var shown = result.Queries.Take(QueriesShownMax).ToArray();
        var rowsShownMax = shown.Length == 1 ? RowsShownOfOneQueryMax : RowsShownMax;
        var names = shown.Select(query => Line.Printable(query.Query.Name)).ToArray();
        var rows = shown.SelectMany(query => query.Top.Take(rowsShownMax)).ToArray();
        var idWidth = Math.Min(IdWidthMax, rows.Select(row => Line.WidthOf(IdOf(row))).DefaultIfEmpty(0).Max());
        var room = Math.Min(width, WidthMax) - FiguresWidth;
        var nameWidth = Math.Min(WidestOf(names.Append(QueryTitle)), Math.Clamp(room - RowTitle.Length, QueryTitle.Length, NameWidthMax));
        var rowWidth = Math.Min(WidestOf(rows.Select(row => NameOf(row, labels, idWidth)).Append(RowTitle)), Math.Max(room - nameWidth, RowTitle.Length));

        output.WriteLine(ink.Faint($"{Line.Fit(QueryTitle, nameWidth)}    #  {Line.Fit(RowTitle, rowWidth)}   influence   z-score   base loss"));
        foreach (var (query, name) in shown.Zip(names))
        {
            foreach (var row in query.Top.Take(rowsShownMax))
            {
                var first = Line.Fit(row.Rank == 1 ? name : "", nameWidth);
                var what = Line.Fit(NameOf(row, labels, idWidth), rowWidth);
                output.WriteLine(
                    $"{ink.Strong(first)} {row.Rank,4}  {what} {ink.Signed(row.Influence, $"{Figure.Signed(row.Influence),11}")} {ZScore(row.ZScore),9} {Figure.Of(row.BaseLoss),11}");
            }
        }

        if (result.Queries.Length > shown.Length)
            output.WriteLine(ink.Faint($"… and {Count(result.Queries.Length - shown.Length)} more queries in result.json"));
        output.WriteLine();
        output.WriteLine(Balance(result));
        foreach (var note in ResultNotes.Of(result))
            output.WriteLine(note);
        foreach (var (what, path) in files)
            output.WriteLine($"{what}: {Line.Printable(path)}");
    }

    /// <summary>"<c>60,000 training rows = 59,997 scored + 3 unscorable (2 null, 1 non-finite loss)</c>".</summary>
    private static string Balance(RunResult result)
    {
        var text = new StringBuilder($"{Counted.Of(result.ExpectedRows, "training row")} = {Count(result.ScoredRows)} scored + {Count(result.Unscorable.Count)} unscorable");
        if (result.Unscorable.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $" ({string.Join(", ", result.Unscorable.CountsByReason.Select(reason => $"{Count(reason.Value)} {reason.Key.Words()}"))})");
        return text.ToString();
    }

    private static string NameOf(RankedRow row, FileLabels labels, int idWidth)
    {
        var place = $"{Line.Printable(labels.Of(row.File.Uri))}:{row.Row.ToString(CultureInfo.InvariantCulture)}";
        return idWidth == 0 ? place : $"{Line.Fit(IdOf(row), idWidth)}  {place}";
    }

    private static string IdOf(RankedRow row) => row.Id.IsNull ? "" : Line.Printable(row.Id.ToString());

    private static int WidestOf(IEnumerable<string> texts) => texts.Max(Line.WidthOf);

    private static string ZScore(double value) => value.ToString(Math.Abs(value) < 1e5 ? "+0.00;-0.00;0.00" : "+0.0e0;-0.0e0", CultureInfo.InvariantCulture);

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
