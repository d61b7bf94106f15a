using MirroredInfluence.Arrow;
using MirroredInfluence.Engine;
using MirroredInfluence.Torch;

namespace MirroredInfluence.Cli;

/// <summary>What <c>inspect</c> prints of a model beside an Arrow file: where each argument would come from, or how to say it.</summary>
internal static class BindingPage
{
    /// <returns>Every argument has a source.</returns>
    /// <exception cref="MirroredException">Invalid: the spec names an argument that is not there.</exception>
    public static bool Write(ModelSignature signature, ArrowFile file, RunSpec spec, TextWriter output)
    {
        ArgumentBinder.RefuseUnknownNames(signature, spec);
        output.WriteLine("Arguments and columns:");
        var bound = signature.Arguments.Select(argument => (Argument: argument, Source: TryBind(signature, argument, file, spec, out var problem), Problem: problem)).ToArray();
        string[] taken = [.. bound.Select(each => each.Source).OfType<ColumnArgument>().Select(source => source.Column)];
        foreach (var (argument, source, problem) in bound)
        {
            output.WriteLine(source is null ? $"  no  {argument.Name}: {problem}" : $"  ok  {Describe(argument, source)}");
            if (source is null)
                WriteFix(signature, argument, file, spec, taken, output);
        }

        var fits = bound.All(each => each.Source is not null);
        if (!fits)
            output.WriteLine("\nThe model cannot score these rows yet.");
        return fits;
    }

    /// <summary>Tries each column of the file that no argument has yet.</summary>
    private static void WriteFix(ModelSignature signature, ModelArgument argument, ArrowFile file, RunSpec spec, string[] taken, TextWriter output)
    {
        foreach (var column in file.Schema.Fields.SelectMany(field => Paths(field, field.Name)).Except(taken))
        {
            var columns = spec.Train.Columns.SetItem(argument.Name, new ColumnSpec { Column = column });
            if (TryBind(signature, argument, file, spec with { Train = spec.Train with { Columns = columns } }, out _) is ColumnArgument bound)
                output.WriteLine($"      would fit by its type: --train-columns {argument.Name}={column}   ({Shapes.Of(bound.StoredDtype, bound.Shape)})");
        }
    }

    private static ArgumentSource? TryBind(ModelSignature signature, ModelArgument argument, ArrowFile file, RunSpec spec, out string problem)
    {
        try
        {
            problem = "";
            return ArgumentLayout.Bind(signature with { Arguments = [argument] }, [ArgumentBinder.BindArgument(file, argument, spec)]).Sources[0];
        }
        catch (MirroredException e) when (e.Kind == FailureKind.Invalid)
        {
            problem = e.Message;
            return null;
        }
    }

    private static string Describe(ModelArgument argument, ArgumentSource source)
    {
        if (source is not ColumnArgument bound)
            return $"{argument.Name} {Shapes.Of(source.ReceivedDtype, source.RowShape)} ← made by score.draws";
        var taken = Shapes.Of(bound.Dtype, bound.Shape);
        var stored = Shapes.Of(bound.StoredDtype, bound.Shape);
        var guess = argument.Dtype is null || argument.Shape is null ? "; the model does not say what it takes" : "";
        return stored == taken ? $"{argument.Name} {taken} ← column {bound.Column}{guess}" : $"{argument.Name} {taken} ← column {bound.Column}, stored {stored}{guess}";
    }

    private static IEnumerable<string> Paths(ArrowField field, string path) =>
        field.Kind == ArrowKind.Struct ? field.Children.SelectMany(child => Paths(child, $"{path}.{child.Name}")) : [path];
}
