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

    /// <summary>Reads the section <c>compute</c> alone.</summary>
    /// <exception cref="MirroredException">Invalid: as of a whole spec.</exception>
    public static ComputeSpec ReadCompute(JsonObject compute) => SpecJson.Read<ComputeSpec>(compute);

    /// <summary>Parses without reading fields, so that flags can be laid over. No comments, no trailing commas, no repeated fields.</summary>
    /// <exception cref="MirroredException">Invalid: this is not one JSON object.</exception>
    public static JsonObject Parse(string json, string source) => SpecJson.Parse(json, source);

    /// <summary>Rules over several fields; those over one are declared with it.</summary>
    private static void RefuseContradictions(RunSpec spec)
    {
        Estimator.Named(spec.Score.Estimator);
        if (spec.Test.Rows is { } rows)
            RowSelection.Parse(rows);
        if (spec.Ascent is { Momentum: not 0, Optimizer: not OptimizerKind.Sgd } ascent)
        {
            throw Failure.Invalid(
                $"ascent.momentum: found {ascent.Momentum} with ascent.optimizer {SpecName.Of(ascent.Optimizer)}; expected 0, since only sgd has momentum.");
        }

        if (spec.Score.Draws is not { } draws)
            return;
        if (draws.TimestepArgument == draws.NoiseArgument)
            throw Failure.Invalid($"score.draws.timestepArgument: found '{draws.NoiseArgument}', which is also the noise argument; expected another argument.");
        if (spec.Train.Columns.Keys.FirstOrDefault(argument => argument == draws.NoiseArgument || argument == draws.TimestepArgument) is { } made)
            throw Failure.Invalid($"train.columns.{made}: found a column for an argument that score.draws makes; expected one or the other.");
    }
}
