using System.Collections.Immutable;
using MirroredInfluence.Arrow;
using MirroredInfluence.Engine;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Cli;

/// <summary>What <c>inspect</c> prints of a model beside an Arrow file: where each argument would come from, or how to say it.</summary>
internal static class BindingPage
{
    /// <returns>Every argument has a column.</returns>
    public static bool Write(ModelSignature signature, ArrowFile file, TextWriter output)
    {
        output.WriteLine("Arguments and columns:");
        var fits = true;
        foreach (var argument in signature.Arguments)
        {
            var bound = TryBind(signature, argument, file, column: null, out var problem);
            fits &= bound is not null;
            output.WriteLine(bound is null ? $"  no  {argument.Name}: {problem}" : $"  ok  {Describe(argument, bound)}");
            if (bound is null)
                WriteFix(signature, argument, file, output);
        }

        if (!fits)
            output.WriteLine("\nThe model cannot score these rows yet.");
        return fits;
    }

    /// <summary>Tries each column of the file under the argument's name.</summary>
    private static void WriteFix(ModelSignature signature, ModelArgument argument, ArrowFile file, TextWriter output)
    {
        foreach (var column in file.Schema.Fields.SelectMany(field => Paths(field, field.Name)))
        {
            if (TryBind(signature, argument, file, column, out _) is { } bound)
                output.WriteLine($"      would fit: --train-columns {argument.Name}={column}   ({Shapes.Of(bound.StoredDtype, bound.Shape)})");
        }
    }

    private static ColumnArgument? TryBind(ModelSignature signature, ModelArgument argument, ArrowFile file, string? column, out string problem)
    {
        var alone = signature with { Arguments = [argument] };
        var columns = ImmutableSortedDictionary<string, ColumnSpec>.Empty.Add(argument.Name, new ColumnSpec { Column = column });
        try
        {
            problem = "";
            return ArgumentBinder.Bind(file, alone, SpecWith(columns)).Columns[0];
        }
        catch (MirroredException e) when (e.Kind == FailureKind.Invalid)
        {
            problem = e.Message;
            return null;
        }
    }

    private static RunSpec SpecWith(ImmutableSortedDictionary<string, ColumnSpec> columns) => new()
    {
        Model = new ModelSpec { Uri = "" },
        Train = new TrainSpec { Shards = [], Columns = columns },
        Test = new TestSpec { Shards = [] },
    };

    private static string Describe(ModelArgument argument, ColumnArgument bound)
    {
        var taken = Shapes.Of(bound.Dtype, bound.Shape);
        var stored = Shapes.Of(bound.StoredDtype, bound.Shape);
        var guess = argument.Dtype is null || argument.Shape is null ? "; the model does not say what it takes" : "";
        return stored == taken ? $"{argument.Name} {taken} ← column {bound.Column}{guess}" : $"{argument.Name} {taken} ← column {bound.Column}, stored {stored}{guess}";
    }

    private static IEnumerable<string> Paths(ArrowField field, string path) =>
        field.Kind == ArrowKind.Struct ? field.Children.SelectMany(child => Paths(child, $"{path}.{child.Name}")) : [path];
}
