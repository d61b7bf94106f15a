using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Numerics;
using MirroredInfluence.Engine;
using MirroredInfluence.Storage;

namespace MirroredInfluence.Cli;

/// <summary>Finds learning rate and steps by planted duplicates.</summary>
internal sealed class TuneVerb : Verb
{
    private static readonly TuneSpec Defaults = new();

    private readonly SpecOptions _spec = new();

    private readonly Option<string[]> _learningRates = new("--tune-learning-rates")
    {
        HelpName = "N,N,…",
        AllowMultipleArgumentsPerToken = true,
        Description = $"Learning rates to try. [{string.Join(',', Defaults.LearningRates.Select(rate => rate.ToString(CultureInfo.InvariantCulture)))}]",
    };

    private readonly Option<string[]> _steps = new("--tune-steps") { HelpName = "N,N,…", AllowMultipleArgumentsPerToken = true, Description = $"Numbers of steps to try. [{string.Join(',', Defaults.Steps)}]" };

    private readonly Option<int> _planted = new("--tune-planted")
    {
        HelpName = "NUMBER",
        DefaultValueFactory = _ => Defaults.PlantedRowCount,
        Description = $"Training rows that pose as queries; a fifth tunes, the others evaluate. [{Defaults.PlantedRowCount}]",
    };

    private readonly Option<string> _sample = new("--tune-sample")
    {
        HelpName = "NUMBER|all",
        Description = $"Training rows that they are ranked among. [{Defaults.SampleRowCount}]",
    };

    private readonly Option<string> _out = new("--out") { HelpName = "FILE", Description = "Where the curve is saved, as JSON. Default: out/<name of the spec>.tune.json" };

    public TuneVerb()
        : base("tune", "Find a learning rate and a number of steps: a training row that poses as a test row must rank first.")
    {
        Add(_spec.SpecFile);
        AddFlags("Tuning", _learningRates, _steps, _planted, _sample, _out);
        AddFlags(_spec.Groups);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("tune spec.json", "the usual grid, on a sample"),
        new("tune spec.json --tune-learning-rates 1e-5,1e-4 --tune-steps 1,3,5 --tune-sample all", "a grid of one's own, among all rows"),
    ];

    public override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        var spec = _spec.Read(parsed, needsTest: false);
        var path = parsed.GetValue(_out) ?? Path.Combine("out", $"{_spec.DefaultName(parsed, spec)}.tune.json");
        CheckOut(path);
        var progress = new RunProgressPrinter(terminal);
        using var data = new DataFiles(ObjectCache.Of(spec.Compute, terminal.Time), terminal.Time, cancellationToken);
        var result = await new Tuner(data, terminal.Time, progress).TuneAsync(spec, Read(parsed), cancellationToken);
        terminal.WipeLine();

        Write(result, spec, terminal.Output);
        Save(result, path);
        terminal.Output.WriteLine($"\nThe curve is in {path}.");
        return 0;
    }

    private TuneSpec Read(ParseResult parsed) => Defaults with
    {
        LearningRates = parsed.GetValue(_learningRates) is { Length: > 0 } rates ? ParseList<double>(_learningRates, rates) : Defaults.LearningRates,
        Steps = parsed.GetValue(_steps) is { Length: > 0 } steps ? ParseList<int>(_steps, steps) : Defaults.Steps,
        PlantedRowCount = parsed.GetValue(_planted) is >= 5 and var planted ? planted : throw Failure.Invalid($"{_planted.Name}: expected 5 or more."),
        SampleRowCount = parsed.GetValue(_sample) switch
        {
            null => Defaults.SampleRowCount,
            "all" => null,
            var text => ParseList<int>(_sample, [text])[0],
        },
    };

    private static ImmutableArray<T> ParseList<T>(Option flag, string[] texts)
        where T : INumber<T>
    {
        var values = ImmutableArray.CreateBuilder<T>();
        foreach (var part in texts.SelectMany(text => text.Split(',')))
        {
            if (!T.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || value <= T.Zero || !T.IsFinite(value))
                throw Failure.Invalid($"{flag.Name}: found '{part}'; expected numbers above 0 with commas between.");
            values.Add(value);
        }

        return values.ToImmutable();
    }

    private static void Write(TuneResult result, RunSpec spec, TextWriter output)
    {
        output.WriteLine($"Planted rows that rank first among {result.RankedRowCount:N0} training rows:\n");
        TextTable.Write(output, ["learning rate", "steps", "first", "mean rank"], [.. result.Curve.Select(point => Cells(point, point == result.Chosen))]);
        output.WriteLine();
        if (result is { Chosen: { } chosen, Evaluation: { } evaluation })
        {
            output.WriteLine($"On rows that did not tune: {evaluation.FirstCount} of {evaluation.PlantedCount} first, mean rank {Rank(evaluation)}.");
            output.WriteLine($"Use: --ascent-learning-rate {Number(chosen.LearningRate)} --ascent-steps {chosen.Steps}");
            return;
        }

        output.WriteLine($"No setting ranks every planted row first.{Nearest(result)}");
        output.WriteLine("A row that the model has not memorised, whose loss it has not brought low, need not rank first: then the mean rank is what to judge by.");
        output.WriteLine($"To try: {string.Join("; ", Advice(result, spec.Ascent))}.");
    }

    private static string Nearest(TuneResult result) => result.Nearest is { } nearest
        ? $" The nearest: --ascent-learning-rate {Number(nearest.LearningRate)} --ascent-steps {nearest.Steps} "
            + $"(mean rank {Rank(nearest)} of {result.RankedRowCount:N0}; {(result.RankedRowCount + 1) / 2.0:N1} is what chance gives)."
        : "";

    /// <summary>What has not been tried and can be.</summary>
    private static IEnumerable<string> Advice(TuneResult result, AscentSpec ascent)
    {
        if (result.Nearest is null || result.Nearest == result.Curve[0])
            yield return "smaller --tune-learning-rates";
        if (result.Nearest == result.Curve[^1])
            yield return "larger --tune-learning-rates or --tune-steps";
        yield return $"--ascent-optimizer {(ascent.Optimizer == OptimizerKind.Sgd ? "adam" : "sgd, with learning rates of its own")}";
        if (result.CanTrainOwners)
            yield return $"--ascent-mode train-owners --ascent-repeat {Math.Max(2, ascent.Repeat)}";
    }

    private static string[] Cells(TunePoint point, bool isChosen) =>
        [Number(point.LearningRate), $"{point.Steps}", $"{point.FirstCount}/{point.PlantedCount}", Rank(point) + (isChosen ? " ←" : "  ")];

    private static string Rank(TunePoint point) => point switch
    {
        { MeanRank: null } => "diverged",
        { DivergedCount: > 0 } => $"{Mean(point)}, {point.DivergedCount} diverged",
        _ => Mean(point),
    };

    private static string Mean(TunePoint point) => point.MeanRank!.Value.ToString("F1", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Before the work, not after it.</summary>
    private static void CheckOut(string path)
    {
        if (path.Length == 0 || Directory.Exists(path))
            throw Failure.Invalid($"--out: '{path}' is {(path.Length == 0 ? "empty" : "a folder")}; expected the path of a file, such as {Path.Combine(path, "curve.json")}.");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure.Invalid($"--out: the folder of '{path}' cannot be made: {exception.Message}", exception);
        }
    }

    private static void Save(TuneResult result, string path)
    {
        using var file = new StreamWriter(path);
        file.WriteJsonLine(result);
    }
}
