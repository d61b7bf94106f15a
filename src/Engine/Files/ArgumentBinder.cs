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
        var draws = spec.Score.Draws;
        RefuseUnknownNames(signature, spec.Train.Columns, draws);
        var sources = signature.Arguments.Select(argument => Source(file, argument, spec.Train.Columns, draws)).ToImmutableArray();
        return ArgumentLayout.Bind(signature, sources, spec.Seed);
    }

    /// <summary>Binds the column an argument reads; raw bytes take <paramref name="storedDtype"/>, a typed column is what it is.</summary>
    internal static ColumnBinding BindColumn(
        ArrowFile file, string argument, string column, ElementType? storedDtype, ImmutableArray<int>? shape)
    {
        if (!ArrowColumns.Has(file.Schema.Fields, column))
        {
            throw Failure.Invalid(
                $"{file.Path}: no column '{column}' for the model's argument '{argument}'; "
                + $"the file has {string.Join(", ", file.Schema.Fields.Select(field => field.Name))}. "
                + $"Name one in train.columns.{argument}.column, as --train-columns {argument}=COLUMN does.");
        }

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

    private static ArgumentSource Source(
        ArrowFile file, ModelArgument argument, ImmutableSortedDictionary<string, ColumnSpec> columns, DrawSpec? draws)
    {
        if (argument.Name == draws?.NoiseArgument)
            return new NoiseArgument { Name = argument.Name, Shape = draws.NoiseShape ?? argument.Shape ?? throw NoNoiseShape(argument) };
        if (argument.Name == draws?.TimestepArgument)
            return new TimestepArgument { Name = argument.Name, Timesteps = draws.Timesteps };

        var spec = columns.GetValueOrDefault(argument.Name) ?? new ColumnSpec();
        var column = spec.Column ?? argument.Name;
        var dtype = spec.Dtype ?? argument.Dtype;
        if (spec.StoredDtype is not null && file.TryGetTensorLayout(column, out _)?.StoredDtype is { } typed)
        {
            throw Failure.Invalid(
                $"train.columns.{argument.Name}.storedDtype: column '{column}' of {file.Path} is typed {typed.Name()}; "
                + "expected a binary column. Leave storedDtype out.");
        }

        var binding = BindColumn(file, argument.Name, column, spec.StoredDtype ?? dtype, spec.Shape ?? argument.Shape);
        return new ColumnArgument
        {
            Name = argument.Name,
            Column = column,
            StoredDtype = binding.StoredDtype,
            Dtype = dtype ?? binding.StoredDtype,
            Shape = binding.Shape,
            Scale = spec.Scale,
            Offset = spec.Offset,
        };
    }

    private static MirroredException NoNoiseShape(ModelArgument argument) =>
        Failure.Invalid(
            $"score.draws.noiseShape: the model does not declare the shape of its argument '{argument.Name}'; "
            + "expected a row's shape, for example [4, 32, 32].");

    private static void RefuseUnknownNames(ModelSignature signature, ImmutableSortedDictionary<string, ColumnSpec> columns, DrawSpec? draws)
    {
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
}
