using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>θ̂ → θ̃ of one query, with the escape from a flat loss.</summary>
internal static class Ascender
{
    /// <param name="notice">Takes what a person should know.</param>
    /// <exception cref="MirroredException">Data: the query's own loss is no number.</exception>
    public static AscentResult Ascend(
        PlannedRun run,
        AscentSpec spec,
        Query query,
        QueryRows rows,
        BaseModel model,
        Action<string> notice,
        CancellationToken cancellationToken)
    {
        var batch = new AscentBatch
        {
            Layout = rows.Layout,
            RowCount = rows.RowCount,
            RowPointers = rows.Pointers,
            RowKeys = rows.Keys,
            DrawCount = run.DrawCount,
            Threads = run.Spec.Compute.ThreadsPerLane,
        };
        var result = Ascend(spec, query, rows, batch, model, cancellationToken);
        if (spec.FlatLossEscape is not { } escape || result.LossBefore >= escape.Threshold)
            return result;

        var argument = EscapeArgument(run.Layout, escape);
        var radius = escape.Radius;
        for (var attempt = 0; attempt < escape.AttemptsMax; attempt++, radius *= escape.Growth)
        {
            result.Weights.Dispose();
            var moved = batch with { Perturbation = new InputPerturbation(argument, radius, attempt) };
            result = Ascend(spec, query, rows, moved, model, cancellationToken);
            if (!IsFinite(result) || result.LossAfter >= escape.TargetLoss)
                return result;
        }

        notice(
            $"query '{query.Name}' stays flat: a loss of {result.LossAfter:G3} after {escape.AttemptsMax} moves of its input, "
            + $"the last by {radius / escape.Growth:G3}; expected {escape.TargetLoss:G3}. Its influence says little.");
        return result;
    }

    /// <summary>The argument that a flat-loss escape moves.</summary>
    public static string EscapeArgument(ArgumentLayout layout, FlatLossEscapeSpec escape)
    {
        string[] arguments = [.. layout.Columns.Where(column => column.Dtype.IsFloat()).Select(column => column.Name)];
        if (escape.Argument is { } named)
        {
            return arguments.Contains(named)
                ? named
                : throw Failure.Invalid(
                    $"ascent.flatLossEscape.argument: '{named}' is no floating-point column of the model; "
                    + $"expected one of {string.Join(", ", arguments)}{NearestName.Ending(named, arguments)}");
        }

        return arguments.Length == 1
            ? arguments[0]
            : throw Failure.Invalid(
                "ascent.flatLossEscape.argument: "
                + $"the model has {arguments.Length} floating-point columns ({string.Join(", ", arguments)}); "
                + "expected the name of the one to move.");
    }

    /// <summary>Losses under θ̃ are numbers.</summary>
    public static bool IsFinite(AscentResult result) => double.IsFinite(result.LossAfter);

    private static AscentResult Ascend(AscentSpec spec, Query query, QueryRows rows, AscentBatch batch, BaseModel model, CancellationToken cancellationToken)
    {
        AscentResult result;
        try
        {
            result = model.Ascend(spec, batch, cancellationToken);
        }
        catch (MirroredException exception) when (exception.Kind == FailureKind.Invalid)
        {
            throw Failure.Invalid(
                $"query '{query.Name}' ({rows.Place}): {exception.Message.TrimEnd('.')}. If the model takes other rows, look at the query's, or leave them out with test.rows.",
                exception);
        }

        if (double.IsFinite(result.LossBefore))
            return result;

        result.Weights.Dispose();
        throw Failure.Data(
            $"query '{query.Name}' ({rows.Place}): the loss is {result.LossBefore} under the base model; expected a finite loss. "
            + "Check the query's rows, or leave them out with test.rows.");
    }
}
