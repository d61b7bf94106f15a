using System.Text.Json.Nodes;

namespace MirroredInfluence;

/// <summary>Strict JSON → <see cref="RunSpec"/>: unknown and repeated fields, wrong types and values out of range are refused by their path.</summary>
public static class RunSpecReader
{
    /// <param name="json">The spec's text.</param>
    /// <param name="source">What a message calls the text: a path.</param>
    /// <exception cref="MirroredException">Invalid: see above.</exception>
    public static RunSpec Read(string json, string source) => Read(Parse(json, source));

    /// <summary>Reads a spec that was parsed, and perhaps overlaid with flags (<see cref="SpecFlags"/>).</summary>
    /// <exception cref="MirroredException">Invalid: see above.</exception>
    public static RunSpec Read(JsonObject spec)
    {
        var read = SpecJson.Read<RunSpec>(spec);
        RefuseContradictions(read);
        return read;
    }

    /// <summary>Parses without reading fields, so that flags can be laid over. No comments, no trailing commas, no repeated fields.</summary>
    /// <exception cref="MirroredException">Invalid: this is not one JSON object.</exception>
    public static JsonObject Parse(string json, string source) => SpecJson.Parse(json, source);

    /// <summary>Rules over several fields; those over one are declared with it.</summary>
    private static void RefuseContradictions(RunSpec spec)
    {
        Estimator.Named(spec.Score.Estimator);
        if (spec.Test.Rows is { } rows)
            RowSelection.Parse(rows);
        if (spec.Ascent.Momentum != 0 && spec.Ascent.Optimizer != OptimizerKind.Sgd)
            throw Failure.Invalid("ascent.momentum: found with another optimiser; expected ascent.optimizer sgd, the only one that uses it.");
        if (spec.Score.Draws is { TimestepArgument: { } timestep, NoiseArgument: var noise } && timestep == noise)
            throw Failure.Invalid($"score.draws.timestepArgument: found '{noise}', which is also the noise argument; expected another argument.");
        if (spec.Score.Draws is { } draws)
        {
            foreach (var argument in new[] { draws.NoiseArgument, draws.TimestepArgument })
            {
                if (argument is not null && spec.Train.Columns.ContainsKey(argument))
                    throw Failure.Invalid($"train.columns.{argument}: found a column for an argument that score.draws makes; expected one or the other.");
            }
        }
    }
}
