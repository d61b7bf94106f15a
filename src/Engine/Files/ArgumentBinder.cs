using System.Collections.Immutable;
using MirroredInfluence.Arrow;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Engine;

/// <summary>
/// Decides where each argument of <c>forward</c> comes from: the spec's <c>train.columns</c>, then what the model's archive declares, then
/// the column of the same name. Arguments of <c>score.draws</c> are made by the engine.
/// </summary>
public static class ArgumentBinder
{
    /// <param name="file">The first training file; all others must agree with it.</param>
    /// <exception cref="MirroredException">
    /// Invalid: an argument without a column, a column that cannot hold it, a name that is no argument.
    /// </exception>
    public static ArgumentLayout Bind(ArrowFile file, ModelSignature signature, RunSpec spec)
    {
        RefuseUnknownNames(signature, spec);
        return ArgumentLayout.Bind(signature, [.. signature.Arguments.Select(argument => BindArgument(file, argument, spec))], spec.Seed);
    }

    /// <summary>Decides where one argument comes from.</summary>
    /// <exception cref="MirroredException">Invalid: it has no column, or one that cannot hold it.</exception>
    public static ArgumentSource BindArgument(ArrowFile file, ModelArgument argument, RunSpec spec)
    {
        var draws = spec.Score.Draws;
        if (argument.Name == draws?.NoiseArgument)
            return new NoiseArgument { Name = argument.Name, Shape = draws.NoiseShape ?? argument.Shape ?? throw NoNoiseShape(argument) };
        if (argument.Name == draws?.TimestepArgument)
            return new TimestepArgument { Name = argument.Name, Timesteps = draws.Timesteps };

        var column = spec.Train.Columns.GetValueOrDefault(argument.Name) ?? new ColumnSpec();
        var name = column.Column ?? argument.Name;
        var dtype = column.Dtype ?? argument.Dtype;
        if (!ArrowColumns.Has(file.Schema.Fields, name))
            throw Missing(file, argument.Name, name, column.Column is null ? DrawHint(argument, draws) : "");
        if (column.StoredDtype is not null && file.TryGetTensorLayout(name, out _)?.StoredDtype is { } typed)
        {
            throw Failure.Invalid(
                $"train.columns.{argument.Name}.storedDtype: column '{name}' of {file.Path} is typed {typed.Name()}; "
                + "expected a binary column. Leave storedDtype out.");
        }

        var binding = BindColumn(file, argument.Name, name, column.StoredDtype ?? dtype, column.Shape ?? argument.Shape);
        return new ColumnArgument
        {
            Name = argument.Name,
            Column = name,
            StoredDtype = binding.StoredDtype,
            Dtype = dtype ?? binding.StoredDtype,
            Shape = binding.Shape,
            Scale = column.Scale,
            Offset = column.Offset,
        };
    }

    /// <exception cref="MirroredException">Invalid: the spec gives a column or a draw to a name that is no argument, or both to one argument.</exception>
    public static void RefuseUnknownNames(ModelSignature signature, RunSpec spec)
    {
        var (columns, draws) = (spec.Train.Columns, spec.Score.Draws);
        string[] names = [.. signature.Arguments.Select(argument => argument.Name)];
        foreach (var name in columns.Keys)
            RefuseUnknown(name, $"train.columns.{name}");

        if (draws is null)
            return;

        RefuseUnknown(draws.NoiseArgument, "score.draws.noiseArgument");
        if (draws.TimestepArgument is { } timestep)
            RefuseUnknown(timestep, "score.draws.timestepArgument");
        foreach (var name in columns.Keys.Where(name => name == draws.NoiseArgument || name == draws.TimestepArgument))
            throw Failure.Invalid($"train.columns.{name}: score.draws makes the argument '{name}'; expected a column or a draw, not both.");

        void RefuseUnknown(string name, string field)
        {
            if (!names.Contains(name))
            {
                throw Failure.Invalid(
                    $"{field}: the model's forward has no argument '{name}'; "
                    + $"expected one of {string.Join(", ", names)}{NearestName.Ending(name, names)}");
            }
        }
    }

    /// <summary>Binds the column an argument reads; raw bytes take <paramref name="storedDtype"/>, a typed column is what it is.</summary>
    internal static ColumnBinding BindColumn(
        ArrowFile file, string argument, string column, ElementType? storedDtype, ImmutableArray<int>? shape)
    {
        if (!ArrowColumns.Has(file.Schema.Fields, column))
            throw Missing(file, argument, column);

        var layout = file.TryGetTensorLayout(column, out var problem)
            ?? throw Failure.Invalid(
                $"{file.Path}: column '{column}' cannot be the model's argument '{argument}': {problem}. "
                + $"Name another in train.columns.{argument}.column.");
        if (layout.StoredDtype is null && storedDtype is null)
        {
            throw Failure.Invalid(
                $"{file.Path}: column '{column}' holds raw bytes, and neither the spec nor the model says what they are. "
                + $"Set train.columns.{argument}.storedDtype.");
        }

        if (layout.Shape is null && shape is null)
        {
            throw Failure.Invalid(
                $"{file.Path}: rows of column '{column}' may differ in length, and neither the spec nor the model says their shape. "
                + $"Set train.columns.{argument}.shape.");
        }

        return file.BindTensor(column, layout.StoredDtype is null ? storedDtype : null, shape);
    }

    private static MirroredException Missing(ArrowFile file, string argument, string column, string hint = "") =>
        Failure.Invalid(
            $"{file.Path}: no column '{column}' for the model's argument '{argument}'; "
            + $"the file has {string.Join(", ", file.Schema.Fields.Select(field => field.Name))}. "
            + $"Name one in train.columns.{argument}.column, as --train-columns {argument}=COLUMN does; "
            + $"the one name holds for training and test files, so each must have it.{hint}");

    /// <summary>What a diffusion model's arguments need, where no column was named for this one and the types allow it.</summary>
    private static string DrawHint(ModelArgument argument, DrawSpec? draws)
    {
        if (draws is null && argument.Dtype is null or ElementType.Float32)
            return $" If '{argument.Name}' is noise, score.draws makes it: --score-draws-count 1 --score-draws-noise-argument {argument.Name}";
        if (draws?.TimestepArgument is null && argument is { Dtype: null or ElementType.Int64, Shape: null or [] })
            return $" If '{argument.Name}' is a timestep, score.draws makes it: --score-draws-timestep-argument {argument.Name}";
        return "";
    }

    private static MirroredException NoNoiseShape(ModelArgument argument) =>
        Failure.Invalid(
            $"score.draws.noiseShape: the model does not declare the shape of its argument '{argument.Name}'; "
            + "expected a row's shape, for example [4, 32, 32].");
}
