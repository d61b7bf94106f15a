using System.CommandLine;
using System.Globalization;
using MirroredInfluence.Engine;
using MirroredInfluence.Report;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Cli;

/// <summary>Computes rows of a finished run again and compares.</summary>
internal sealed class VerifyVerb : Verb
{
    private const int NamesShownMax = 5;

    private readonly Argument<string> _folder = new("DIR") { Description = "A finished run: its folder, az://account/container/path or s3://bucket/path." };

    private readonly Option<int> _rows = new("--rows")
    {
        HelpName = "NUMBER",
        DefaultValueFactory = _ => new VerifySpec().RowCount,
        Description = $"Ranked rows to draw at random, over all queries. [{new VerifySpec().RowCount}]",
    };

    private readonly Option<string> _row = new("--row") { HelpName = "FILE:ROW", Description = "One training row instead, under every query: a file of the run and a 0-based row of it." };

    public VerifyVerb()
        : base("verify", "Compute rows of a finished run again, one by one, and compare them with what it recorded; reconcile its counts and its result files with its parts.")
    {
        Add(_folder);
        AddFlags("Rows", _rows, _row);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("verify out/demo", "twenty ranked rows at random"),
        new("verify out/demo --row train-00003.arrow:17", "one row, under every query"),
    ];

    public override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_rows) < 1)
            throw Failure.Invalid($"--rows: found {parsed.GetValue(_rows)}; expected 1 or more.");
        var cache = ObjectCache.Of(new ComputeSpec(), terminal.Time);
        using var data = new DataFiles(cache, terminal.Time, cancellationToken);
        var store = ObjectStores.Open(ObjectUri.Parse(parsed.GetValue(_folder)!), cache, terminal.Time);
        var trainRow = parsed.GetValue(_row) is { } text ? await FindRowAsync(store, text, cancellationToken) : (long?)null;
        var progress = new RunProgressPrinter(terminal);
        var verified = await new Verifier(data, terminal.Time, progress).VerifyAsync(
            store, new VerifySpec { RowCount = parsed.GetValue(_rows), TrainRow = trainRow }, cancellationToken);
        terminal.WipeLine();

        Write(verified, terminal.Output);
        var filesAgree = await CheckAsync(ResultFiles.Json, kept => ResultCheck.JsonDifference(kept, verified.Result))
            & await CheckAsync(ResultFiles.Arrow, kept => ResultCheck.ArrowDifference(kept, verified.Result));
        return verified.Agrees && filesAgree ? 0 : 3;

        async Task<bool> CheckAsync(string name, Func<byte[], string?> differenceOf)
        {
            var remedy = $"`mirrored report {parsed.GetValue(_folder)}` writes it from the parts.";
            if (await store.GetAsync(name, cancellationToken) is not { } kept)
            {
                terminal.Output.WriteLine($"{name} is not there; {remedy}");
                return true;
            }

            var difference = differenceOf(kept);
            terminal.Output.WriteLine(difference is null ? $"{name} is what the parts give." : $"{name} DIFFERS from what the parts give: {difference}. {remedy}");
            return difference is null;
        }
    }

    private static async Task<long> FindRowAsync(IObjectStore store, string text, CancellationToken cancellationToken)
    {
        var directory = await RunDirectory.OpenAsync(store, cancellationToken);
        var plan = await directory.TryGetPlanAsync(cancellationToken) ?? throw Failure.Invalid("The run is not planned yet; run it first.");
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !long.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var row))
            throw Failure.Invalid($"--row: found '{text}'; expected FILE:ROW, such as {new FileLabels(plan.Files).Of(plan.Files[0].Uri)}:17.");

        var (name, labels) = (text[..colon], new FileLabels(plan.Files));
        int[] matches = [.. Enumerable.Range(0, plan.Files.Length).Where(index => plan.Files[index].Uri == name || plan.Files[index].Uri == Path.GetFullPath(name) || plan.Files[index].Uri.EndsWith($"/{name}", StringComparison.Ordinal))];
        if (matches.Length == 0)
            throw Failure.Invalid($"--row: '{name}' is the name of no file of this run{NearestName.Ending(name, plan.Files.Select(file => labels.Of(file.Uri)))}");
        if (matches is not [var fileIndex])
            throw Failure.Invalid($"--row: '{name}' is the name of {matches.Length} files of this run; expected one of {Some(matches.Select(index => labels.Of(plan.Files[index].Uri)))}.");
        if (row >= plan.Files[fileIndex].RowCount)
            throw Failure.Invalid($"--row: {name} holds rows 0 to {plan.Files[fileIndex].RowCount - 1}; found {row}.");
        return plan.RowIndex(fileIndex, row);
    }

    private static string Some(IEnumerable<string> names) => string.Join(", ", names.Take(NamesShownMax)) + (names.Count() > NamesShownMax ? ", …" : "");

    private static void Write(VerifyResult verified, TextWriter output)
    {
        TextTable.Write(
            output,
            ["query", "training row", "recorded loss difference", "in its mini-batch", "alone", ""],
            [.. verified.Rows.Select(row => (string[])
            [
                row.Query, row.TrainRow.ToString(CultureInfo.InvariantCulture), LossDifference(row.Recorded), LossDifference(row.InMiniBatch), LossDifference(row.Alone), row.Difference is { } difference ? $"DIFFERS: {difference}" : "agrees",
            ])]);

        var result = verified.Result;
        output.WriteLine($"\n{verified.Rows.Count(row => row.Agrees)} of {verified.Rows.Length} agree: loss differences within {Verifier.Tolerance.ToString(CultureInfo.InvariantCulture)} × max(1, |loss|).");
        output.WriteLine($"{Counted.Of(result.ExpectedRows, "row")} expected = {result.ScoredRows:N0} scored + {result.Unscorable.Count:N0} unscorable.");
    }

    private static string LossDifference(InfluenceEntry? entry) => entry is { } found ? found.LossDifference.ToString("G7", CultureInfo.InvariantCulture) : "–";
}
